import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listen, StartError } from "@sluice/process";
import { readTail } from "./log-tail.ts";
import { redisCommand, RedisReplyError } from "./redis-command.ts";
import { endpointUrl, redisConfig, type RedisEndpoint } from "./redis-config.ts";
import { readRecord, stopOrphan, writeRecord } from "./redis-orphan.ts";
import type { RunningProcess } from "./running-process.ts";

export interface EmbeddedRedisOptions {
  /** Holds `redis/` and `logs/redis.log`. Made when it is not there. */
  readonly dataDir: string;
  /** From `ensureRedisServer`. */
  readonly binary: string;
  /** Listens on this loopback port with a password; 0: a free one. Absent: on a socket, if its path is short enough. */
  readonly port?: number;
  /** Told of what takes time or is out of the ordinary. */
  readonly note?: (line: string) => void;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedRedis extends RunningProcess {
  /** As clients take it: the path of a socket, or `redis://:password@127.0.0.1:port`. */
  readonly url: string;
  readonly address: string;
}

/** The system's limit is 104 or 108 bytes, of which the server and clients may want some. */
const SOCKET_PATH_BYTES = 100;
const STOP_TIMEOUT_MS = 20_000;
const SILENCE_TIMEOUT_MS = 20_000;
const TELL_AFTER_MS = 1_000;

/**
 * Runs a private Redis server on a data folder, and resolves when it answers and has loaded its data. It does not get
 * the terminal's Ctrl-C, so that it can be stopped after everything that uses it. One that an earlier launcher left
 * running on the same folder is stopped first.
 *
 * @throws StartError when it does not start
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const paths = preparePaths(options.dataDir);
  const record = readRecord(paths.record);
  const endpoint = await chooseEndpoint(options, paths.socket, record?.endpoint);
  const orphan = await stopOrphan(record, endpoint);
  if (orphan !== undefined) options.note?.("stopped the Redis server that an earlier start had left running");
  writeFileSync(paths.config, redisConfig(paths.data, endpoint), { mode: 0o600 });
  const child = spawnServer(options.binary, paths);
  const exited = exitOf(child);
  const url = endpointUrl(endpoint);
  const stopWith = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
    if (readRecord(paths.record)?.pid === child.pid) rmSync(paths.record, { force: true });
  };
  try {
    if (child.pid !== undefined) writeRecord(paths.record, child.pid, endpoint);
    await waitUntilReady(url, exited, paths.log, options);
  } catch (error) {
    await stopWith("SIGTERM");
    throw error;
  }
  return {
    url,
    address: url,
    pid: child.pid ?? 0,
    exited,
    stop: () => stopWith("SIGTERM"),
    kill: () => stopWith("SIGKILL"),
  };
}

interface Paths {
  readonly data: string;
  readonly config: string;
  readonly record: string;
  readonly log: string;
  readonly socket: string;
}

function preparePaths(dataDir: string): Paths {
  const root = resolve(dataDir);
  const data = join(root, "redis");
  const logs = join(root, "logs");
  mkdirSync(root, { recursive: true, mode: 0o700 });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  mkdirSync(logs, { recursive: true });
  return {
    data,
    config: join(data, "redis.conf"),
    record: join(data, "server.json"),
    log: join(logs, "redis.log"),
    socket: join(data, "redis.sock"),
  };
}

/** Keeps the port and password of the last start, so that processes which outlived it find the server again. */
async function chooseEndpoint(
  options: EmbeddedRedisOptions,
  socket: string,
  last: RedisEndpoint | undefined,
): Promise<RedisEndpoint> {
  if (options.port === undefined && Buffer.byteLength(socket) <= SOCKET_PATH_BYTES)
    return { type: "socket", path: socket };
  const same = last?.type === "tcp" && (!options.port || options.port === last.port) ? last : undefined;
  const port = options.port || same?.port || (await freePort());
  return { type: "tcp", port, password: same?.password ?? randomBytes(24).toString("hex") };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = await listen(server, { host: "127.0.0.1", port: 0, setting: "the Redis port" });
  const closed = once(server, "close");
  server.close();
  await closed;
  return port;
}

function spawnServer(binary: string, paths: Paths): ChildProcess {
  const log = openSync(paths.log, "a", 0o600);
  try {
    return spawn(binary, [paths.config], { cwd: paths.data, detached: true, stdio: ["ignore", log, log] });
  } finally {
    closeSync(log);
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  const { promise, resolve: settle } = Promise.withResolvers<string>();
  child.once("error", (error) => settle(error.message));
  child.once("exit", (code, signal) => settle(signal ?? `exit code ${code}`));
  return promise;
}

/** Loading a large append-only file may take minutes, and the server says so; only silence is a fault. */
async function waitUntilReady(
  url: string,
  exited: Promise<string>,
  log: string,
  { note, signal }: EmbeddedRedisOptions,
): Promise<void> {
  const ended = exited.then((how) => ({ how }));
  let deadline = performance.now() + SILENCE_TIMEOUT_MS;
  let loadingSince: number | undefined;
  let told = false;
  for (;;) {
    const answer = await Promise.race([ended, ping(url)]);
    if (answer === "PONG") return;
    if (typeof answer === "object") throw new StartError(explainExit(answer.how, log));
    if (signal?.aborted) throw new StartError("The Redis server was stopped while it started.");
    if (answer === "loading") {
      loadingSince ??= performance.now();
      if (!told && performance.now() - loadingSince > TELL_AFTER_MS) {
        told = true;
        note?.("Redis is loading its data");
      }
      deadline = performance.now() + SILENCE_TIMEOUT_MS;
    }
    if (performance.now() > deadline) throw new StartError(`The Redis server does not answer. Its log: ${log}`);
    await sleep(told ? 100 : 10);
  }
}

async function ping(url: string): Promise<"PONG" | "loading" | "silent"> {
  try {
    await redisCommand(url, ["PING"]);
    return "PONG";
  } catch (error) {
    return error instanceof RedisReplyError && error.message.startsWith("LOADING") ? "loading" : "silent";
  }
}

function explainExit(how: string, log: string): string {
  const tail = readTail(log, 8);
  const repair = /bad file format|AOF file is not readable/i.test(tail)
    ? "\nThe append-only file is damaged: copy the folder, then mend it with redis-check-aof --fix."
    : "";
  return `The Redis server ended at its start (${how}). The end of ${log}:\n${tail}${repair}`;
}
