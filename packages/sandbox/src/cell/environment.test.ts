import { definitionOf, FakeFactory, type FakeSandbox } from "../testing/fake-sandbox.ts";
import { Call } from "./call.ts";
import { Environment } from "./environment.ts";
import type { EnvironmentEnd, EnvironmentResult, HostCallRequest } from "./environment-sink.ts";

/** One environment on a clock of its own. */
class Trial {
  readonly factory = new FakeFactory();
  readonly results: EnvironmentResult[] = [];
  readonly ends: EnvironmentEnd[] = [];
  readonly hostCalls: HostCallRequest[] = [];
  readonly environment: Environment;
  clock = 1_000;

  constructor() {
    this.environment = new Environment({
      definition: definitionOf({ timeoutMs: 1_000 }),
      code: "",
      factory: this.factory.create,
      clock: () => this.clock,
      now: () => this.clock,
      sink: {
        finished: (_environment, result) => this.results.push(result),
        ended: (_environment, end) => this.ends.push(end),
        hostCall: (_environment, request) => void this.hostCalls.push(request),
      },
    });
  }

  static async start(): Promise<{ readonly trial: Trial; readonly sandbox: FakeSandbox }> {
    const trial = new Trial();
    await trial.environment.start();
    return { trial, sandbox: trial.factory.made[0] as FakeSandbox };
  }

  post(id: number): Call {
    const call = new Call({ id, definition: 1, invocationId: `i-${id}`, event: "{}" });
    this.environment.post(call);
    return call;
  }

  /** Type of the error, and its explanation, of the run that was to blame. */
  blame(): readonly (string | undefined)[] {
    const error = this.ends[0]?.guilty?.error;
    return [error?.errorType, error?.explanation];
  }
}

test("between invocations an environment is frozen: replies, timers and calls wait for the next one", async () => {
  const { trial, sandbox } = await Trial.start();
  trial.post(1);
  sandbox.settle();
  trial.environment.reply(5, "late", new Uint8Array(0));
  trial.environment.hostCall(6, 20, "fetch", undefined);
  expect([sandbox.entries, trial.hostCalls]).toEqual([["{}"], []]);
  trial.post(2);
  expect(sandbox.entries).toContain("reply 5 late");
  expect(trial.hostCalls).toEqual([{ call: 2, id: 6, op: 20, text: "fetch", bytes: undefined }]);
});

test("a guest that speaks for another invocation than the running one is not heard", async () => {
  const { trial } = await Trial.start();
  trial.post(1);
  trial.environment.settled(2, true, '"forged"');
  trial.environment.settled(77, true, '"forged"');
  expect(trial.results).toEqual([]);
});

test("the deadline of a call counts from its own beginning, not from when it was put into the mailbox", async () => {
  const { trial, sandbox } = await Trial.start();
  trial.post(1);
  trial.post(2);
  trial.clock += 900;
  sandbox.settle();
  trial.clock += 900;
  trial.environment.checkDeadline(trial.clock);
  expect(sandbox.disposed).toBe(false);
  trial.clock += 200;
  trial.environment.checkDeadline(trial.clock);
  expect(trial.ends[0]?.guilty?.call.id).toBe(2);
});

test("past its deadline, a call that waited is told apart from one that was busy", async () => {
  for (const [cpuMs, words] of [
    [20, /waited for the rest/],
    [990, /kept the CPU busy/],
  ] as const) {
    const { trial, sandbox } = await Trial.start();
    trial.environment.markStarted(trial.post(1));
    sandbox.spentCpuMs = cpuMs;
    trial.clock += 1_011;
    trial.environment.checkDeadline(trial.clock);
    expect(trial.blame()).toEqual(["Sandbox.Timedout", expect.stringMatching(words)]);
  }
});

test("an isolate that does not obey is stuck after the grace, and takes no more calls meanwhile", async () => {
  const { trial, sandbox } = await Trial.start();
  sandbox.stuck = true;
  trial.post(1);
  trial.clock += 1_011;
  trial.environment.checkDeadline(trial.clock);
  expect(trial.environment.ready).toBe(false);
  expect(trial.environment.isStuck(trial.clock + 249)).toBe(false);
  expect(trial.environment.isStuck(trial.clock + 250)).toBe(true);
  expect(trial.ends).toEqual([]);
});

test("a rejection that nobody handled fails the running call alone", async () => {
  const { trial } = await Trial.start();
  trial.post(1);
  trial.post(2);
  trial.environment.rejected("nobody cared", []);
  expect(trial.blame()[0]).toBe("Runtime.UnhandledPromiseRejection");
  expect(trial.ends[0]?.innocent.map(({ id }) => id)).toEqual([2]);
});

test("lines logged outside any call belong to the next one, and only so many are kept", async () => {
  const { trial } = await Trial.start();
  for (let line = 0; line < 150; line++) trial.environment.logged(0, `INFO line ${line}`);
  const lines = trial.post(1).takeLines();
  expect(lines).toHaveLength(100);
  expect(lines[0]).toEqual([1_000, "INFO", "line 0"]);
});

test("while a module loads, it may wait for the host: calls go out at once and replies come in", async () => {
  const trial = new Trial();
  trial.factory.load = async (sandbox) => {
    trial.environment.hostCall(3, 20, "fetch", undefined);
    trial.environment.reply(3, "here", new Uint8Array(0));
    expect(sandbox.entries).toEqual(["reply 3 here"]);
  };
  expect(await trial.environment.start()).toBeUndefined();
  expect(trial.hostCalls).toEqual([{ call: 0, id: 3, op: 20, text: "fetch", bytes: undefined }]);
  trial.environment.reply(4, "late", new Uint8Array(0));
  expect(trial.factory.made[0]?.entries).not.toContain("reply 4 late");
});

test("that a caller went away is told of the call that runs, and of the one that waits behind it", async () => {
  const { trial, sandbox } = await Trial.start();
  trial.post(1);
  trial.post(2);
  expect([trial.environment.abandon(2), trial.environment.abandon(1), trial.environment.abandon(9)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(sandbox.entries.slice(2)).toEqual(["abandon 2", "abandon 1"]);
});
