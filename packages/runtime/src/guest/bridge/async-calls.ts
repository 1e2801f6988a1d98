import { HOST_CALLS, LIMITS } from "@sluice/core";
import {
  bufferByteLength,
  IntrinsicMap,
  IntrinsicPromise,
  IntrinsicTypeError,
  mapDelete,
  mapGet,
  mapSet,
  mapSize,
} from "../primordials.ts";
import { exceedsUtf8 } from "../web/utf8-length.ts";
import { hostCallError, parseHostCallFailure } from "./host-call-error.ts";
import { sendCall } from "./host.ts";

export type AsyncCallName = "http.fetch" | "kv.get" | "kv.put" | "kv.delete" | "kv.list" | "crypto.task";

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
  next: PendingCall | undefined;
}

/** Calls beyond this many wait in line in the guest; the host sees at most LIMITS.hostCallsInFlight at once. */
const WAITING_MAX = 1_000;

const inFlight = new IntrinsicMap<number, PendingCall>();
let first: PendingCall | undefined;
let last: PendingCall | undefined;
let waiting = 0;
let lastId = 0;

/** Rejects with an Error that carries the host's stable `code`. */
export function callAsync(name: AsyncCallName, text: string, bytes?: ArrayBuffer): Promise<HostReply> {
  const { op, maxArgBytes } = HOST_CALLS[name];
  return new IntrinsicPromise<HostReply>((resolve, reject) => {
    if (exceedsUtf8(text, maxArgBytes - (bytes === undefined ? 0 : bufferByteLength(bytes)))) {
      reject(new IntrinsicTypeError(`${name}: the arguments are larger than ${maxArgBytes} bytes`));
      return;
    }
    lastId = lastId === 0x7fffffff ? 1 : lastId + 1;
    const pending: PendingCall = { op, id: lastId, text, bytes, resolve, reject, next: undefined };
    if (mapSize(inFlight) < LIMITS.hostCallsInFlight) start(pending);
    else if (waiting < WAITING_MAX) enqueue(pending);
    else reject(tooMany());
  });
}

export function pendingCalls(): number {
  return mapSize(inFlight) + waiting;
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
  startWaiting();
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
  try {
    sendCall(pending.op, pending.id, pending.text, pending.bytes);
  } catch {
    mapDelete(inFlight, pending.id);
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
