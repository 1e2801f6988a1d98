import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { listen, parseServiceMessage, type ServiceMessage } from "./index.ts";

class Fixture {
  readonly child: ChildProcess;
  readonly messages: ServiceMessage[] = [];
  readonly exit: Promise<number | null>;
  out = "";
  err = "";

  constructor(env: Readonly<Record<string, string>>) {
    this.child = fork(`${import.meta.dirname}/testing/fixture-service.ts`, {
      env: { PATH: process.env["PATH"], ...env },
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => void (this.out += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => void (this.err += chunk.toString()));
    this.child.on("message", (message) => {
      const parsed = parseServiceMessage(message);
      if (parsed !== undefined) this.messages.push(parsed);
    });
    this.exit = this.#exit();
  }

  /** Not "close": Node does not emit it once the parent has disconnected. */
  async #exit(): Promise<number | null> {
    const ends = [this.child.stdout, this.child.stderr].flatMap((stream) =>
      stream === null ? [] : once(stream, "end"),
    );
    const [code] = (await once(this.child, "exit")) as [number | null];
    await Promise.all(ends);
    return code;
  }

  async ready(): Promise<string> {
    await until(() => this.messages.length > 0);
    const [message] = this.messages;
    if (message?.type !== "ready" || message.address === null) throw new Error(`not ready: ${this.err}`);
    return message.address;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("a service", () => {
  const fixtures: Fixture[] = [];
  const run = (env: Readonly<Record<string, string>> = {}): Fixture => {
    const fixture = new Fixture(env);
    fixtures.push(fixture);
    return fixture;
  };
  afterEach(async () => {
    for (const { child, exit } of fixtures.splice(0)) {
      child.kill("SIGKILL");
      await exit;
    }
  });

  test("tells its supervisor its address, and a signal stops its parts last first and exits 0", async () => {
    const service = run();
    const address = await service.ready();
    expect(await (await fetch(address)).text()).toBe("ok");
    service.child.kill("SIGTERM");
    expect(await service.exit).toBe(0);
    expect(service.out).toBe("draining intake\nstopped intake\nstopped base\n");
  });

  test("finishes a running request before it stops, though Ctrl-C arrives twice through npm", async () => {
    const service = run();
    const response = fetch(`${await service.ready()}/slow`);
    await until(() => service.out.includes("slow request"));
    service.child.kill("SIGINT");
    service.child.kill("SIGINT");
    await until(() => service.out.includes("draining intake"));
    service.child.kill("SIGUSR2");
    expect(await (await response).text()).toBe("late");
    expect(await service.exit).toBe(0);
  });

  test("exits 1 at once on a second signal", async () => {
    const service = run({ FIXTURE_MODE: "hang" });
    await service.ready();
    service.child.kill("SIGTERM");
    await until(() => service.out.includes("draining intake"));
    const again = setInterval(() => service.child.kill("SIGTERM"), 50);
    expect(await service.exit).toBe(1);
    clearInterval(again);
    expect(service.err).toContain("second signal");
    expect(service.out).not.toContain("stopped base");
  });

  test("goes on without a part that misses the drain deadline", async () => {
    const service = run({ FIXTURE_MODE: "hang", SLUICE_DRAIN_TIMEOUT_MS: "10" });
    await service.ready();
    service.child.kill("SIGTERM");
    expect(await service.exit).toBe(0);
    expect(service.out).toContain("stopped base");
    expect(service.err).toContain("did not stop by the drain deadline");
  });

  test.each(["throw", "reject"])("logs an unexpected error with an id, stops and exits 1 (%s)", async (mode) => {
    const service = run({ FIXTURE_MODE: mode });
    expect(await service.exit).toBe(1);
    const line = service.err.split("\n").find((text) => text.includes("unexpected error")) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({ level: "error", err: { message: expect.stringContaining("later") } });
    expect(JSON.parse(line).errorId).toMatch(/^[0-9a-f-]{36}$/);
    expect(service.out).toContain("stopped base");
  });

  test("does not outlive its supervisor", async () => {
    const service = run({ SLUICE_SUPERVISED: "1" });
    await service.ready();
    service.child.disconnect();
    expect(await service.exit).toBe(0);
    expect(service.out).toContain("stopped base");
  });

  test("without a supervisor's wish, losing the channel does not stop it", async () => {
    const service = run();
    const address = await service.ready();
    service.child.disconnect();
    expect((await fetch(address)).status).toBe(200);
  });

  test("reports every wrong setting, its own and the common ones, and exits 1", async () => {
    const service = run({ FIXTURE_PORT: "banana", SLUICE_LOG_LEVEL: "loud" });
    expect(await service.exit).toBe(1);
    const [message] = service.messages;
    expect(message).toMatchObject({ type: "failed", message: expect.stringContaining("FIXTURE_PORT=banana") });
    expect(message).toMatchObject({ message: expect.stringContaining("SLUICE_LOG_LEVEL=loud") });
  });

  test("names the setting of a busy port, stops what it had started, and exits 1", async () => {
    const server = createServer();
    const { port } = await listen(server, { host: "127.0.0.1", port: 0, setting: "TEST" });
    const service = run({ FIXTURE_PORT: String(port) });
    expect(await service.exit).toBe(1);
    server.close();
    expect(service.messages).toEqual([
      { type: "failed", message: expect.stringContaining(`Port ${port} on 127.0.0.1 is already in use`) },
    ]);
    expect(service.err).toContain("set FIXTURE_PORT to a free port");
    expect(service.err).not.toContain("    at ");
    expect(service.out).toBe("stopped base\n");
  });

  test("stops what it had started when the start fails half-way", async () => {
    const service = run({ FIXTURE_MODE: "fail-half-way" });
    expect(await service.exit).toBe(1);
    expect(service.out).toBe("draining intake\nstopped intake\nstopped base\n");
    expect(service.messages).toEqual([{ type: "failed", message: expect.stringContaining("no luck") }]);
  });
});
