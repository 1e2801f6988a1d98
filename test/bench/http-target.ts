import { isDeepStrictEqual } from "node:util";
import type { Bench } from "./bench.ts";
import { ECHO_REQUEST } from "./echo.ts";
import type { LoadJob, LoadReport } from "./load/load-job.ts";
import { cpuUsOf } from "./process-usage.ts";
import type { Sample } from "./section.ts";

/** Something that answers HTTP, of the product or a peer. */
export interface HttpTarget {
  readonly name: string;
  /** `http://host:port`. */
  readonly origin: string;
  readonly path: string;
  /** Absent: the bench's own document. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a good answer. */
  readonly status: number;
  /** Processes whose CPU time, with that of their children, counts as its own. */
  readonly pids: readonly number[];
}

export type StopAfter = LoadJob["stopAfter"];

/** @throws Error when an answer is a failure, or the bench was interrupted */
export async function loadTarget(
  { load, teardown }: Bench,
  target: HttpTarget,
  inFlight: number,
  stopAfter: StopAfter,
): Promise<LoadReport> {
  teardown.checkpoint();
  const { hostname, port } = new URL(target.origin);
  const { path, status, headers = {}, body = ECHO_REQUEST } = target;
  return await load.run({ host: hostname, port: Number(port), path, status, inFlight, stopAfter, body, headers });
}

export async function measureTarget(
  bench: Bench,
  target: HttpTarget,
  inFlight: number,
  stopAfter: StopAfter,
): Promise<Sample> {
  const before = cpuUsOf(target.pids);
  const { requests, ms, p50Ms, p99Ms } = await loadTarget(bench, target, inFlight, stopAfter);
  const after = cpuUsOf(target.pids);
  const cpu = before === undefined || after === undefined ? {} : { cpuUs: (after - before) / requests };
  return { rate: (requests / ms) * 1_000, p50Ms, p99Ms, ...cpu };
}

/** @throws Error when it answers anything but this */
export async function checkAnswer(target: HttpTarget, expected: unknown): Promise<void> {
  const response = await fetch(target.origin + target.path, {
    method: "POST",
    headers: { "content-type": "application/json", ...target.headers },
    body: target.body ?? ECHO_REQUEST,
  });
  const text = await response.text();
  if (response.status === target.status && isDeepStrictEqual(parse(text), expected)) return;
  throw new Error(`${target.name} answered ${response.status} ${text}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
