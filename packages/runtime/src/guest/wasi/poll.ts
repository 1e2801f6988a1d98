import { wasi } from "@bjorn3/browser_wasi_shim";
import { guestWebAssembly } from "../wasm/web-assembly.ts";

const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const ABSOLUTE = 1;
/** A sleep is cut into these, so that the isolate's end need not wait for it. */
const SLICE_MS = 50;

/** What a thread can sleep on, without taking time from others: the guest has no shared memory but this. */
let bed: Int32Array | undefined;

function sleep(ms: number): void {
  bed ??= new Int32Array(new guestWebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) Atomics.wait(bed, 0, 0, Math.min(left, SLICE_MS));
}

/** The time of a clock in nanoseconds; undefined for clocks of processes and threads. */
export function clockTime(id: number): bigint | undefined {
  if (id === wasi.CLOCKID_REALTIME) return BigInt(Date.now()) * 1_000_000n;
  if (id === wasi.CLOCKID_MONOTONIC) return BigInt(Math.round(performance.now() * 1e6));
  return undefined;
}

/**
 * `poll_oneoff`: files and pipes are always ready here, so a call waits only when it asks for clocks alone, and then
 * for the first of them.
 */
export function pollOneoff(memory: DataView, input: number, output: number, count: number, written: number): number {
  if (count === 0) return wasi.ERRNO_INVAL;
  let firstMs = Number.POSITIVE_INFINITY;
  const waits: { readonly at: number; readonly ms: number }[] = [];
  for (let index = 0; index < count; index++) {
    const at = input + index * SUBSCRIPTION_BYTES;
    const ms = memory.getUint8(at + 8) === wasi.EVENTTYPE_CLOCK ? waitOf(memory, at) : 0;
    if (ms === undefined) return wasi.ERRNO_INVAL;
    waits.push({ at, ms });
    firstMs = Math.min(firstMs, ms);
  }
  if (firstMs > 0) sleep(firstMs);
  let events = 0;
  for (const { at, ms } of waits) {
    if (ms > firstMs) continue;
    const event = output + events++ * EVENT_BYTES;
    memory.setBigUint64(event, memory.getBigUint64(at, true), true);
    memory.setUint16(event + 8, wasi.ERRNO_SUCCESS, true);
    memory.setUint8(event + 10, memory.getUint8(at + 8));
    memory.setBigUint64(event + 16, 0n, true);
    memory.setUint16(event + 24, 0, true);
  }
  memory.setUint32(written, events, true);
  return wasi.ERRNO_SUCCESS;
}

function waitOf(memory: DataView, at: number): number | undefined {
  const now = clockTime(memory.getUint32(at + 16, true));
  if (now === undefined) return undefined;
  const timeout = memory.getBigUint64(at + 24, true);
  const isAbsolute = (memory.getUint16(at + 40, true) & ABSOLUTE) !== 0;
  const nanoseconds = isAbsolute ? timeout - now : timeout;
  return nanoseconds <= 0n ? 0 : Number(nanoseconds) / 1e6;
}
