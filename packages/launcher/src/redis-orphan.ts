import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "@sluice/process";
import { identify, isRunning, parseIdentity, type ProcessIdentity } from "./process-identity.ts";
import { endpointUrl, type RedisEndpoint } from "./redis-config.ts";
import { redisCommand } from "./redis-command.ts";

/**
 * What is written down about a running embedded server, so that the next start finds it when the launcher was killed
 * and could not stop it. Two servers on one append-only file would ruin it.
 */
export interface RedisRecord extends ProcessIdentity {
  readonly endpoint: RedisEndpoint;
}

const STOP_TIMEOUT_MS = 20_000;

export function writeRecord(path: string, pid: number, endpoint: RedisEndpoint): void {
  writeFileSync(path, `${JSON.stringify({ ...identify(pid), endpoint })}\n`, { mode: 0o600 });
}

export function readRecord(path: string): RedisRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    const identity = parseIdentity(value);
    const endpoint = typeof value === "object" && value !== null && "endpoint" in value ? value.endpoint : undefined;
    return identity !== undefined && isEndpoint(endpoint) ? { ...identity, endpoint } : undefined;
  } catch {
    return undefined;
  }
}

function isEndpoint(value: unknown): value is RedisEndpoint {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  if (value.type === "socket") return "path" in value && typeof value.path === "string";
  return value.type === "tcp" && "port" in value && typeof value.port === "number" && "password" in value;
}

/**
 * Stops a server that an earlier launcher left behind, with all it still has to write. Answers its pid, or undefined
 * when there was none.
 *
 * @throws StartError when it does not stop
 */
export async function stopOrphan(
  record: RedisRecord | undefined,
  endpoint: RedisEndpoint,
): Promise<number | undefined> {
  if (record !== undefined && isRunning(record)) {
    process.kill(record.pid, "SIGTERM");
    await waitUntil(() => !isRunning(record), `The Redis server of an earlier start (pid ${record.pid})`);
    return record.pid;
  }
  if (endpoint.type !== "socket" || !existsSync(endpoint.path)) return undefined;
  // No record, but the socket lies in our own folder: whoever answers there writes to our files.
  const answered = await shutDown(endpointUrl(endpoint));
  if (answered) await waitUntil(() => !existsSync(endpoint.path), "A Redis server that nobody remembers starting");
  rmSync(endpoint.path, { force: true });
  return answered ? 0 : undefined;
}

async function shutDown(url: string): Promise<boolean> {
  try {
    await redisCommand(url, ["PING"]);
  } catch {
    return false;
  }
  // It closes the connection instead of answering.
  await redisCommand(url, ["SHUTDOWN"]).catch(() => "");
  return true;
}

async function waitUntil(condition: () => boolean, who: string): Promise<void> {
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new StartError(`${who} does not stop; end it and start again.`);
    await sleep(20);
  }
}
