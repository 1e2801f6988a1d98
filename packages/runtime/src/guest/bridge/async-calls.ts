import { HOST_CALLS, type HostCallName, LIMITS } from "@sluice/core";
import {
  bufferByteLength,
  IntrinsicMap,
  IntrinsicPromise,
  IntrinsicTypeError,
  mapDelete,
  mapForEach,
  mapGet,
  mapSet,
} from "../primordials.ts";
import { exceedsUtf8 } from "../web/utf8-length.ts";
import { hostCallError, parseHostCallFailure } from "./host-call-error.ts";
import { sendCall } from "./host.ts";

/** The families of calls that `HOST_CALLS` has as `async`. */
export type AsyncCallName = Extract<
  HostCallName,
  "crypto.task" | "response.write" | `${"dns" | "http" | "kv" | "net" | "ws"}.${string}`
>;

export interface HostReply {
  readonly text: string;
  readonly bytes: ArrayBuffer | undefined;
}

interface PendingCall {
  readonly op: number;
  readonly id: number;
  readonly text: string;
  readonly bytes: ArrayBuffer | undefined;
  readonly resolve: (reply: HostReply) => void;
  readonly reject: (error: unknown) => void;
  /** One of those that count towards the limit; the others go past the line. */
  readonly queued: boolean;
  /** Keeps a callback-style invocation open, as it keeps Node's event loop alive. */
  readonly holds: () => boolean;
  next: PendingCall | undefined;
}

/** Calls beyond this many wait in line in the guest; the host sees at most LIMITS.hostCallsInFlight at once. */
const WAITING_MAX = 1_000;

const inFlight = new IntrinsicMap<number, PendingCall>();
let first: PendingCall | undefined;
let last: PendingCall | undefined;
let waiting = 0;
let lastId = 0;
let queuedInFlight = 0;
const always = (): boolean => true;

/** Rejects with an Error that carries the host's stable `code`. */
export function callAsync(name: AsyncCallName, text: string, bytes?: ArrayBuffer): Promise<HostReply> {
  return call(name, text, bytes, true, always);
}

/**
 * A call that belongs to something the guest has open already, and goes past the line: what gives room to others must
 * not wait for it. Whoever uses it sees to it that such calls are few.
 */
export function callAtOnce(
  name: AsyncCallName,
  text: string,
  bytes?: ArrayBuffer,
  holds: () => boolean = always,
): Promise<HostReply> {
  return call(name, text, bytes, false, holds);
}

function call(
  name: AsyncCallName,
  text: string,
  bytes: ArrayBuffer | undefined,
  queued: boolean,
  holds: () => boolean,
): Promise<HostReply> {
  const { op, maxArgBytes } = HOST_CALLS[name];
  return new IntrinsicPromise<HostReply>((resolve, reject) => {
    if (exceedsUtf8(text, maxArgBytes - (bytes === undefined ? 0 : bufferByteLength(bytes)))) {
      reject(new IntrinsicTypeError(`${name}: the arguments are larger than ${maxArgBytes} bytes`));
      return;
    }
    lastId = lastId === 0x7fffffff ? 1 : lastId + 1;
    const pending: PendingCall = { op, id: lastId, text, bytes, resolve, reject, queued, holds, next: undefined };
    if (!queued || queuedInFlight < LIMITS.hostCallsInFlight) start(pending);
    else if (waiting < WAITING_MAX) enqueue(pending);
    else reject(tooMany());
  });
}

export function hasPendingCalls(): boolean {
  let held = waiting > 0;
  mapForEach(inFlight, (pending) => {
    if (pending.holds()) held = true;
  });
  return held;
}

export function replyToCall(id: number, text: string, bytes: ArrayBuffer | undefined): void {
  take(id)?.resolve({ text, bytes });
}

export function failCall(id: number, failureJson: string): void {
  take(id)?.reject(hostCallError(parseHostCallFailure(failureJson)));
}

function take(id: number): PendingCall | undefined {
  const pending = mapGet(inFlight, id);
  if (pending === undefined) return undefined;
  mapDelete(inFlight, id);
  if (pending.queued) {
    queuedInFlight--;
    startWaiting();
  }
  return pending;
}

function startWaiting(): void {
  const next = first;
  if (next === undefined) return;
  first = next.next;
  if (first === undefined) last = undefined;
  waiting--;
  start(next);
}

function enqueue(pending: PendingCall): void {
  if (last === undefined) first = pending;
  else last.next = pending;
  last = pending;
  waiting++;
}

function start(pending: PendingCall): void {
  mapSet(inFlight, pending.id, pending);
  if (pending.queued) queuedInFlight++;
  try {
    sendCall(pending.op, pending.id, pending.text, pending.bytes);
  } catch {
    mapDelete(inFlight, pending.id);
    if (pending.queued) queuedInFlight--;
    pending.reject(hostCallError({ name: "Error", message: "the host refused the call", code: "HostCall.Refused" }));
  }
}

function tooMany(): Error {
  return hostCallError({
    name: "Error",
    message:
      `more than ${LIMITS.hostCallsInFlight + WAITING_MAX} host calls (fetch, kv) at once: ` +
      "await some of them before starting more",
    code: "HostCall.TooMany",
  });
}
