import { randomBytes } from "node:crypto";
import { type CryptoRefusal, HOST_CALLS } from "@sluice/core";
import { compute } from "./crypto/compute.ts";
import { refusalOf } from "./crypto/refusal.ts";

export { runTask } from "./crypto/task.ts";

/**
 * Host calls that the cell answers at once, from memory. They run on the cell's main thread while the guest waits, so
 * each is bounded in what it may cost; none does I/O or holds anything of the host.
 */
const RANDOM_BYTES_MAX = 65_536;

type HostFunction = (text: string, bytes: Uint8Array) => Uint8Array;

const FUNCTIONS: ReadonlyMap<number, { readonly run: HostFunction; readonly maxArgBytes: number }> = new Map([
  [HOST_CALLS["crypto.random"].op, { run: random, maxArgBytes: HOST_CALLS["crypto.random"].maxArgBytes }],
  [HOST_CALLS["crypto.compute"].op, { run: compute, maxArgBytes: HOST_CALLS["crypto.compute"].maxArgBytes }],
]);

/**
 * Answers a `sync` host call.
 *
 * @returns bytes, or a word that says what was wrong with the call: nothing of the host may travel in an Error
 */
export function callHostFunction(op: number, text: string, bytes: Uint8Array): Uint8Array | CryptoRefusal {
  const entry = FUNCTIONS.get(op);
  if (entry === undefined) return "bad-request";
  if (text.length + bytes.length > entry.maxArgBytes) return "too-costly";
  try {
    return entry.run(text, bytes);
  } catch (error) {
    return refusalOf(error);
  }
}

function random(text: string): Uint8Array {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > RANDOM_BYTES_MAX) throw new RangeError("count");
  return randomBytes(count);
}
