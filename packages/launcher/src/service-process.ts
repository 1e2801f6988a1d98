import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Env, formatLogLine, parseServiceMessage, StartError } from "@sluice/process";
import { LogFile } from "./log-file.ts";
import { readTail } from "./log-tail.ts";
import type { RunningProcess } from "./running-process.ts";

export interface ServiceSpec {
  /** Unique: names the log file and marks its lines in the terminal. */
  readonly name: string;
  /** Absolute path of its main file. */
  readonly script: string;
  readonly env: Env;
  readonly logPath: string;
  /** What the service has to drain before it is killed. */
  readonly stopTimeoutMs: number;
  /** Each line that it writes. */
  readonly onLine: (service: string, line: string) => void;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Runs one of our services, and resolves when it says that it is ready. It gets a process group of its own, so that
 * the terminal's Ctrl-C reaches the launcher alone and things stop in order.
 *
 * @throws StartError with the reason that the service gave, or the end of its log
 */
export async function startServiceProcess(spec: ServiceSpec): Promise<RunningProcess> {
  const child = fork(spec.script, [], {
    env: { ...spec.env },
    execArgv: [],
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = follow(child, spec);
  const stopWith = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), spec.stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  };
  try {
    const address = await waitUntilReady(child, exited, spec);
    return {
      pid: child.pid ?? 0,
      address,
      exited,
      stop: () => stopWith("SIGTERM"),
      kill: () => stopWith("SIGKILL"),
    };
  } catch (error) {
    await stopWith("SIGTERM");
    throw error;
  }
}

/** Keeps its output; resolves with how it ended once the last line is read. */
async function follow(child: ChildProcess, spec: ServiceSpec): Promise<string> {
  const log = new LogFile({ path: spec.logPath });
  const read = async (stream: Readable | null): Promise<void> => {
    if (stream === null) return;
    for await (const line of createInterface({ input: stream })) {
      log.write(line);
      spec.onLine(spec.name, line);
    }
  };
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  const how = await endOf(child);
  await output;
  log.close();
  return how;
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return signal ?? `exit code ${code}`;
  } catch (error) {
    return String(error);
  }
}

async function waitUntilReady(
  child: ChildProcess,
  exited: Promise<string>,
  { name, logPath, signal }: ServiceSpec,
): Promise<string | null> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<string | null>();
  child.on("message", (value) => {
    const message = parseServiceMessage(value);
    if (message?.type === "ready") resolve(message.address);
    if (message?.type === "failed") reject(new StartError(`The ${name} did not start. ${message.message}`));
  });
  const timer = setTimeout(
    () => reject(new StartError(`The ${name} was not ready within ${READY_TIMEOUT_MS / 1000} s. Its log: ${logPath}`)),
    READY_TIMEOUT_MS,
  );
  const giveUp = (): void => reject(new StartError(`The ${name} was stopped while it started.`));
  signal?.addEventListener("abort", giveUp, { once: true });
  // A reason that it sent before it ended is on its way until the next turn of the loop.
  void exited.then((how) => setImmediate(() => reject(new StartError(explainExit(name, how, logPath)))));
  try {
    return await ready;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

function explainExit(name: string, how: string, logPath: string): string {
  const lines = readTail(logPath, 12).split("\n");
  const tail = lines.map((line) => formatLogLine(line).trimEnd()).join("\n");
  return `The ${name} ended at its start (${how}). The end of ${logPath}:\n${tail}`;
}
