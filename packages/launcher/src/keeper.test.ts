import { Keeper } from "./keeper.ts";
import type { RunningProcess } from "./running-process.ts";

interface Fake extends RunningProcess {
  crash(): void;
}

function fake(pid: number): Fake {
  const { promise, resolve } = Promise.withResolvers<string>();
  const end = async (): Promise<void> => resolve("exit code 0");
  return { pid, address: null, exited: promise, stop: end, kill: end, crash: () => resolve("SIGKILL") };
}

class Bench {
  readonly processes: Fake[] = [];
  readonly notes: string[] = [];
  readonly delays: number[] = [];
  failures = 0;
  time = 0;
  readonly keeper = new Keeper({
    name: "worker",
    now: () => this.time,
    sleep: async (ms) => void this.delays.push(ms),
    note: (line) => void this.notes.push(line),
    launch: async () => {
      if (this.failures > 0) {
        this.failures -= 1;
        throw new Error("no luck");
      }
      const running = fake(this.processes.length + 1);
      this.processes.push(running);
      return running;
    },
  });

  /** Ends the running process, and waits for the next one. */
  async crash(): Promise<void> {
    const last = this.processes.at(-1);
    last?.crash();
    while (this.keeper.running === last) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a keeper", () => {
  test("starts a process that ended again, each time later, up to 30 s", async () => {
    const bench = new Bench();
    await bench.keeper.start();
    for (let count = 0; count < 7; count++) await bench.crash();
    expect(bench.delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(bench.notes[0]).toBe("worker ended (SIGKILL); starting it again in 1 s");
    expect(bench.notes[1]).toBe("worker is back (pid 2)");
    await bench.keeper.stop();
    expect(bench.processes).toHaveLength(8);
  });

  test("forgives a process that ran well for a while", async () => {
    const bench = new Bench();
    await bench.keeper.start();
    await bench.crash();
    await bench.crash();
    bench.time += 120_000;
    await bench.crash();
    expect(bench.delays).toEqual([1_000, 2_000, 1_000]);
    await bench.keeper.stop();
  });

  test("keeps trying when a restart fails", async () => {
    const bench = new Bench();
    await bench.keeper.start();
    bench.failures = 2;
    await bench.crash();
    expect(bench.delays).toEqual([1_000, 2_000, 4_000]);
    expect(bench.notes[1]).toBe("worker cannot be started; trying again in 2 s: Error: no luck");
    await bench.keeper.stop();
  });

  test("does not try a first start again, and can be stopped after it", async () => {
    const bench = new Bench();
    bench.failures = 1;
    await expect(bench.keeper.start()).rejects.toThrow("no luck");
    await bench.keeper.stop();
    expect(bench.processes).toHaveLength(0);
  });

  test("stopped while it waits to restart, starts nothing any more", async () => {
    const waiting = Promise.withResolvers<void>();
    const first = fake(1);
    let launches = 0;
    const keeper = new Keeper({
      name: "worker",
      note: () => undefined,
      launch: async () => {
        launches += 1;
        return first;
      },
      sleep: (_ms, signal) => {
        waiting.resolve();
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
      },
    });
    await keeper.start();
    first.crash();
    await waiting.promise;
    await keeper.stop();
    expect(launches).toBe(1);
  });

  test("stopped during its first start, stops what then runs", async () => {
    const gate = Promise.withResolvers<Fake>();
    const keeper = new Keeper({ name: "worker", note: () => undefined, launch: () => gate.promise });
    const starting = keeper.start();
    const stopping = keeper.stop();
    const running = fake(1);
    gate.resolve(running);
    await Promise.all([starting, stopping]);
    expect(await running.exited).toBe("exit code 0");
  });
});
