import type { GuestContext } from "@sluice/core";
import { closeOutsideLog } from "../console/log.ts";
import { swapFrame } from "../node/async/async-context.ts";
import { atomicsCompareExchange, inMicrotask, jsonParse } from "../primordials.ts";
import { loadStreamingHandler } from "../lazy.ts";
import { describeError } from "./function-error.ts";
import { endWhenIdle } from "./idle.ts";
import { Invocation, runningInvocation, setRunningInvocation } from "./invocation.ts";
import { createCallback, LambdaContext } from "./lambda-context.ts";
import type { LoadedFunction, ReadyFunction } from "./load.ts";
import type { Program } from "../wasi/program.ts";
import { failInvocation, onSettled, succeedInvocation, succeedWithJson } from "./outcome.ts";

interface Entry {
  readonly seq: number;
  readonly event: string;
  readonly context: string;
  /** Its caller went away while it waited. */
  abandoned: boolean;
  next: Entry | undefined;
}

/**
 * Invocations in the order in which they came, one at a time.
 *
 * The host may take an entry back until the guest has started it: both sides try to change `claims[seq & 255]` from
 * `seq`, and the one who does owns the entry. The guest writes `-seq`.
 */
let claims: Int32Array<SharedArrayBuffer>;
let first: Entry | undefined;
let last: Entry | undefined;
let starting = false;
let loaded: LoadedFunction | undefined;

export function openMailbox(sharedClaims: Int32Array<SharedArrayBuffer>): void {
  claims = sharedClaims;
  onSettled(startNextSoon);
}

export function serve(fn: LoadedFunction): void {
  loaded = fn;
}

export function post(seq: number, event: string, context: string): void {
  const entry: Entry = { seq, event, context, abandoned: false, next: undefined };
  if (last === undefined) first = entry;
  else last.next = entry;
  last = entry;
  if (runningInvocation() === undefined && !starting) startNext();
}

/** The caller of an invocation went away. */
export function abandon(seq: number): void {
  const running = runningInvocation();
  if (running !== undefined && running.seq === seq) running.abandon();
  for (let entry = first; entry !== undefined; entry = entry.next) if (entry.seq === seq) entry.abandoned = true;
}

/** Not at once: the result may have come from the middle of user code. */
function startNextSoon(): void {
  if (first === undefined || starting) return;
  starting = true;
  void inMicrotask(startNext);
}

function startNext(): void {
  starting = false;
  while (first !== undefined && runningInvocation() === undefined) {
    const entry = first;
    first = entry.next;
    if (first === undefined) last = undefined;
    if (claim(entry.seq)) start(entry);
  }
}

function claim(seq: number): boolean {
  return atomicsCompareExchange(claims, seq & 255, seq, -seq) === seq;
}

function start(entry: Entry): void {
  const context = jsonParse(entry.context) as GuestContext;
  closeOutsideLog();
  swapFrame(undefined);
  const invocation = new Invocation(entry.seq, context, entry.abandoned);
  setRunningInvocation(invocation);
  if (loaded === undefined || loaded.error !== undefined) {
    failInvocation(invocation, loaded?.error ?? { errorType: "Runtime.NotLoaded", errorMessage: "", trace: [] });
    return;
  }
  if ("program" in loaded) {
    runProgram(loaded.program, invocation, entry.event);
    return;
  }
  try {
    callHandler(loaded, invocation, jsonParse(entry.event));
  } catch (error) {
    failInvocation(invocation, describeError(error));
  }
}

function runProgram(program: Program, invocation: Invocation, event: string): void {
  const { requestId, deadlineMs } = invocation;
  const { json, error } = program.run({ event, requestId, deadlineMs });
  if (error === undefined) succeedWithJson(invocation, json);
  else failInvocation(invocation, error);
}

function callHandler(fn: ReadyFunction, invocation: Invocation, event: unknown): void {
  const callback = createCallback(invocation);
  const { handler, arity } = fn;
  const context = new LambdaContext(fn.settings, invocation, callback);
  if (fn.streams) {
    void loadStreamingHandler().runStreaming(handler, invocation, event, context);
    return;
  }
  const returned = handler(event, context, callback);
  const answersLater = arity >= 3 ? !isThenable(returned) : arity === 2 && returned === undefined;
  if (answersLater) endWhenIdle(invocation);
  else void settleWith(invocation, returned);
}

/** `await` looks at `constructor` and `then` of the user's value only; nothing of ours is in reach of either. */
async function settleWith(invocation: Invocation, returned: unknown): Promise<void> {
  try {
    succeedInvocation(invocation, await returned);
  } catch (error) {
    failInvocation(invocation, describeError(error));
  }
}

function isThenable(value: unknown): boolean {
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) return false;
  return typeof (value as { then?: unknown }).then === "function";
}
