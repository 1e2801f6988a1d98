import { HOST_CALLS } from "@sluice/core";
import { IntrinsicError, toText } from "../primordials.ts";

export type Send = (op: number, id: number, text: string, bytes?: ArrayBuffer) => void;
export type Call = (op: number, text: string, bytes?: ArrayBuffer) => string | ArrayBuffer;

/**
 * The only place that holds the host's functions. They live in variables of this module, never in an object or an
 * array, and are called by name: no `this`, no iterator and no method lookup on the way can hand them to user code.
 */
let sendToHost: Send;
let callHost: Call;

export function connectHost(send: Send, call: Call): void {
  sendToHost = send;
  callHost = call;
}

export function notify(op: number, id: number, text: string): void {
  sendToHost(op, id, text);
}

export function sendCall(op: number, id: number, text: string, bytes: ArrayBuffer | undefined): void {
  if (bytes === undefined) sendToHost(op, id, text);
  else sendToHost(op, id, text, bytes);
}

export type SyncCallName = "crypto.random" | "crypto.digest" | "crypto.hmac";

/** The host's own error, with its stack and paths, stays out of the guest: only the message is passed on. */
export function callSync(name: SyncCallName, text: string, bytes?: ArrayBuffer): ArrayBuffer {
  try {
    const { op } = HOST_CALLS[name];
    return (bytes === undefined ? callHost(op, text) : callHost(op, text, bytes)) as ArrayBuffer;
  } catch (error) {
    throw new IntrinsicError(`${name}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  try {
    return toText((error as { message?: unknown }).message);
  } catch {
    return "the host refused the call";
  }
}
