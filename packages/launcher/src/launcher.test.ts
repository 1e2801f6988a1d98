import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "@sluice/process";
import { startEmbeddedRedis } from "./index.ts";
import { redisCommand } from "./redis-command.ts";
import { findRedisServer } from "./redis-binary.ts";
import { LauncherProcess } from "./testing/launcher-process.ts";
import { until } from "./testing/until.ts";

const started: LauncherProcess[] = [];
let dataDir = "";

function start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): LauncherProcess {
  const settings = { SLUICE_PORT: "0", SLUICE_METRICS_PORT: "0", SLUICE_DATA_DIR: dataDir, ...env };
  const launcher = new LauncherProcess(["--json", ...args], settings);
  started.push(launcher);
  return launcher;
}

function processIdsOf(name: string): readonly number[] {
  const log = readFileSync(join(dataDir, "logs", `${name}.log`), "utf8");
  return [...log.matchAll(/"pid":(\d+),"address"?.*"message":"ready"|"pid":(\d+),"message":"ready"/g)].map((match) =>
    Number(match[1] ?? match[2]),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function stop(launcher: LauncherProcess): Promise<number | null> {
  launcher.child.kill("SIGTERM");
  return await launcher.exit;
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sl-"));
});

afterEach(async () => {
  for (const launcher of started.splice(0)) {
    if (launcher.child.exitCode === null && launcher.child.signalCode === null) await stop(launcher);
  }
  rmSync(dataDir, { recursive: true, force: true });
});

describe("npm start", () => {
  test("starts Redis and every service, deploys the examples once, and stops Redis last", async () => {
    const launcher = start(["--workers", "2"]);
    const { gateway = "", redis = "" } = await launcher.ready();
    expect((await fetch(gateway)).status).toBe(200);
    expect(redis).toBe(`unix:${dataDir}/redis/redis.sock`);
    expect(readFileSync(join(dataDir, "endpoint"), "utf8")).toBe(`${gateway}\n`);
    const steps = launcher.events.filter(({ event }) => event === "step").map(({ text }) => text);
    expect(steps).toEqual(
      expect.arrayContaining([`Redis ${redis}`, `gateway ${gateway}`, "worker", "worker-2", "metrics"]),
    );
    expect(launcher.events).toContainEqual({ event: "note", text: `created hello at ${gateway} with ${dataDir}` });
    expect(launcher.events).toContainEqual(expect.objectContaining({ event: "service", service: "gateway" }));
    expect(await stop(launcher)).toBe(0);
    expect(readdirSync(dataDir)).not.toContain("endpoint");
    const stops = launcher.events.flatMap(({ text }) => (text?.startsWith("stopped") ? [text] : []));
    expect([stops[0], ...stops.slice(1, 3).toSorted(), ...stops.slice(3)]).toEqual([
      "stopped gateway",
      "stopped worker",
      "stopped worker-2",
      "stopped metrics",
      "stopped redis",
    ]);
    expect(readdirSync(dataDir)).not.toContain("lock");

    const again = start();
    await again.ready();
    expect(again.out).not.toContain("created hello");
    expect(await stop(again)).toBe(0);
  });

  test("says that it is ready, where, and what to try next", async () => {
    const settings = { SLUICE_PORT: "0", SLUICE_METRICS_PORT: "0", SLUICE_DATA_DIR: dataDir };
    const launcher = new LauncherProcess([], settings);
    started.push(launcher);
    await until(() => launcher.out.includes("Ctrl-C finishes"), "ready");
    expect(launcher.out).toMatch(/^✔ Redis unix:.*\(\d+\.\d s\)$/m);
    expect(launcher.out).toMatch(/^Sluice is ready$/m);
    expect(launcher.out).toMatch(
      /^ {2}call a function +curl http:\/\/127\.0\.0\.1:\d+\/fn\/hello -d '{"name":"you"}'$/m,
    );
  });

  test("refuses a second start on the same data, and tells where the first one is", async () => {
    const first = start();
    const { gateway } = await first.ready();
    const second = start();
    expect(await second.exit).toBe(1);
    expect(second.events).toEqual([
      { event: "failed", text: expect.stringContaining(`already running here (pid ${first.child.pid}, ${gateway})`) },
    ]);
  });

  test("names the setting of a busy port, and leaves nothing running", async () => {
    const holder = createServer();
    const { port } = await listen(holder, { host: "127.0.0.1", port: 0, setting: "TEST" });
    const launcher = start(["--port", String(port)]);
    expect(await launcher.exit).toBe(1);
    holder.close();
    const failed = launcher.events.at(-1);
    expect(failed?.text).toContain(`Port ${port} on 127.0.0.1 is already in use`);
    expect(failed?.text).toContain("set SLUICE_PORT to a free port");
    expect(failed?.text).toContain("npm start -- --port");
    expect(launcher.events.map(({ text }) => text)).toContain("stopped redis");
    expect(readdirSync(dataDir)).not.toContain("lock");
  });

  test("says why a service did not start", async () => {
    const launcher = start([], { FIXTURE_BROKEN: "1" });
    expect(await launcher.exit).toBe(1);
    expect(launcher.events.at(-1)?.text).toContain("the gateway is broken");
  });

  test("goes on with a warning when the examples cannot be deployed", async () => {
    const launcher = start([], { FIXTURE_DEPLOY_FAILS: "1" });
    await launcher.ready();
    expect(launcher.events).toContainEqual({
      event: "warning",
      text: expect.stringContaining("The examples were not deployed: no such luck"),
    });
  });

  test("starts a killed service and a killed Redis again", async () => {
    const launcher = start(["--no-examples"]);
    const { redis = "" } = await launcher.ready();
    const [worker = 0] = processIdsOf("worker");
    process.kill(worker, "SIGKILL");
    await launcher.said(({ text }) => text?.startsWith("worker is back") === true);
    expect(processIdsOf("worker")).toHaveLength(2);

    const socket = redis.replace("unix:", "");
    await redisCommand(socket, ["SET", "kept", "yes"]);
    const { pid } = JSON.parse(readFileSync(join(dataDir, "redis/server.json"), "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await launcher.said(({ text }) => text?.startsWith("redis is back") === true);
    expect(await redisCommand(socket, ["GET", "kept"])).toBe("yes");
    expect(launcher.out).toContain("worker ended (SIGKILL); starting it again in 1 s");
  });

  test("starts on the data of a launcher that was killed, whose services do not live on", async () => {
    const first = start(["--no-examples"]);
    const { redis = "" } = await first.ready();
    await redisCommand(redis.replace("unix:", ""), ["SET", "kept", "yes"]);
    const orphans = ["gateway", "worker", "metrics"].flatMap(processIdsOf);
    first.child.kill("SIGKILL");
    await first.exit;
    const second = start(["--no-examples"]);
    await second.ready();
    expect(second.out).toContain(`an earlier start (pid ${first.child.pid}) did not end properly`);
    expect(second.out).toContain("stopped the Redis server that an earlier start had left running");
    expect(await redisCommand(redis.replace("unix:", ""), ["GET", "kept"])).toBe("yes");
    expect(orphans).toHaveLength(3);
    await until(() => !orphans.some(isAlive), "the end of the first launcher's services");
  });

  test("stops at once on a second signal, and the processes are gone", async () => {
    const launcher = start([], { FIXTURE_HANG: "1" });
    await launcher.ready();
    const [gateway = 0] = processIdsOf("gateway");
    launcher.child.kill("SIGINT");
    const again = setInterval(() => launcher.child.kill("SIGINT"), 50);
    expect(await launcher.exit).toBe(1);
    clearInterval(again);
    expect(isAlive(gateway)).toBe(false);
    expect(readdirSync(join(dataDir, "redis"))).not.toContain("server.json");
  });

  test("can be stopped while it starts", async () => {
    const launcher = start();
    await launcher.said(({ text }) => text?.startsWith("Redis ") === true);
    expect(await stop(launcher)).toBe(0);
    expect(launcher.events.some(({ event }) => event === "ready" || event === "failed")).toBe(false);
    expect(readdirSync(dataDir)).not.toContain("lock");
  });

  test("uses the Redis server that REDIS_URL names, and never one that would forget queued work", async () => {
    const own = await startEmbeddedRedis({
      dataDir: join(dataDir, "own"),
      binary: findRedisServer(process.env) ?? "",
      port: 0,
    });
    try {
      await redisCommand(own.url, ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
      const refused = start([], { REDIS_URL: own.url });
      expect(await refused.exit).toBe(1);
      expect(refused.events.at(-1)?.text).toContain("has maxmemory-policy allkeys-lru");
      await redisCommand(own.url, ["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
      await redisCommand(own.url, ["CONFIG", "SET", "appendonly", "no"]);
      const launcher = start([], { REDIS_URL: own.url });
      const { redis } = await launcher.ready();
      expect(redis).toBe(`redis://127.0.0.1:${new URL(own.url).port}`);
      expect(launcher.out).toContain("has no append-only file");
      expect(launcher.out).not.toContain(new URL(own.url).password);
      await stop(launcher);
      expect(await redisCommand(own.url, ["PING"])).toBe("PONG");
    } finally {
      await own.stop();
    }
  });

  test.each([
    [["--workers", "0"], "SLUICE_WORKERS=0 must be a whole number from 1 to 64"],
    [["--verbose"], "Unknown option '--verbose'"],
    [["extra"], "Unexpected argument 'extra'"],
  ])("refuses a wrong command line: %j", async (args, message) => {
    const launcher = start(args);
    expect(await launcher.exit).toBe(1);
    expect(launcher.events.at(-1)?.text).toContain(message);
  });

  test("explains itself", () => {
    const script = `${import.meta.dirname}/main.ts`;
    const text = execFileSync(process.execPath, [script, "--help"], { encoding: "utf8" });
    expect(text).toContain("--workers N");
  });
});
