import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartError } from "@sluice/process";
import { type EmbeddedRedis, type EmbeddedRedisOptions, findRedisServer, startEmbeddedRedis } from "./index.ts";
import { redisCommand } from "./redis-command.ts";

const binary = findRedisServer(process.env) ?? "redis-server";
const running: EmbeddedRedis[] = [];
let dataDir = "";

async function start(options: Partial<EmbeddedRedisOptions> = {}): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis({ dataDir, binary, ...options });
  running.push(redis);
  return redis;
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sl-"));
});

afterEach(async () => {
  for (const redis of running.splice(0)) await redis.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

describe("the embedded Redis server", () => {
  test("listens on a private socket, keeps every write, and never evicts", async () => {
    const { url, pid } = await start();
    expect(url).toBe(join(dataDir, "redis/redis.sock"));
    expect(statSync(url).mode & 0o777).toBe(0o700);
    const info = await redisCommand(url, ["INFO"]);
    expect(info).toMatch(new RegExp(`process_id:${pid}\\r`));
    expect(info).toMatch(/maxmemory_policy:noeviction\r/);
    expect(info).toMatch(/aof_enabled:1\r/);
    expect(info).toMatch(/tcp_port:0\r/);
  });

  test("keeps what it acknowledged when it is killed, and drops only a tail that was cut short", async () => {
    const first = await start();
    await redisCommand(first.url, ["SET", "kept", "yes"]);
    await first.kill();
    expect(await first.exited).toBe("SIGKILL");
    const folder = join(dataDir, "redis/appendonlydir");
    const tail = readdirSync(folder).find((name) => name.endsWith(".incr.aof")) ?? "";
    appendFileSync(join(folder, tail), "*3\r\n$3\r\nSET\r\n$4\r\nke");
    const second = await start();
    expect(await redisCommand(second.url, ["GET", "kept"])).toBe("yes");
  });

  test("with a path too long for a socket, listens on a loopback port behind a password", async () => {
    const long = join(dataDir, "x".repeat(100));
    const { url } = await start({ dataDir: long });
    const { hostname, port, password } = new URL(url);
    expect([hostname, password.length]).toEqual(["127.0.0.1", 48]);
    expect(await redisCommand(url, ["PING"])).toBe("PONG");
    await expect(redisCommand(`redis://127.0.0.1:${port}`, ["PING"])).rejects.toThrow("NOAUTH");
    expect(statSync(join(long, "redis/redis.conf")).mode & 0o777).toBe(0o600);
  });

  test("takes over from a server that nobody stopped, with its data and its address", async () => {
    for (const port of [undefined, 0]) {
      const options = port === undefined ? {} : { port };
      const orphan = await start(options);
      await redisCommand(orphan.url, ["SET", "kept", String(port)]);
      const notes: string[] = [];
      const next = await start({ ...options, note: (line) => notes.push(line) });
      await orphan.exited;
      expect(notes).toEqual([expect.stringContaining("had left running")]);
      expect(next.url).toBe(orphan.url);
      expect(await redisCommand(next.url, ["GET", "kept"])).toBe(String(port));
      await next.stop();
    }
  });

  test("finds a forgotten server by its socket when nothing was written down about it", async () => {
    const orphan = await start();
    rmSync(join(dataDir, "redis/server.json"));
    const next = await start();
    expect(await orphan.exited).toBe("exit code 0");
    expect(await redisCommand(next.url, ["PING"])).toBe("PONG");
  });

  test("says why it does not start, with the end of its log", async () => {
    mkdirSync(join(dataDir, "redis/appendonlydir/appendonly.aof.manifest"), { recursive: true });
    const attempt = start();
    await expect(attempt).rejects.toThrow(StartError);
    await expect(attempt).rejects.toThrow(/ended at its start \(exit code 1\)[\s\S]*redis\.log/);
  });

  test("says so when the program cannot be run", async () => {
    await expect(start({ binary: "/nowhere/redis-server" })).rejects.toThrow("ENOENT");
  });

  test("can be stopped twice", async () => {
    const redis = await start();
    await redis.stop();
    await redis.stop();
    expect(await redis.exited).toBe("exit code 0");
  });
});
