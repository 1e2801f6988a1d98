import { HOST_CALLS } from "@sluice/core";
import { defineHidden, IntrinsicError } from "../primordials.ts";

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

export type SyncCallName = "crypto.random" | "crypto.compute" | "process.usage";

/**
 * @throws Error whose `code` is the host's word for why it refused. The host's own error, with its stack and paths,
 *   stays out of the guest.
 */
export function callSync(name: SyncCallName, text: string, bytes?: ArrayBuffer): ArrayBuffer {
  let result: string | ArrayBuffer;
  try {
    const { op } = HOST_CALLS[name];
    result = bytes === undefined ? callHost(op, text) : callHost(op, text, bytes);
  } catch {
    result = "failed";
  }
  if (typeof result !== "string") return result;
  const error = new IntrinsicError(`${name}: ${result}`);
  defineHidden(error, "code", result);
  throw error;
}
