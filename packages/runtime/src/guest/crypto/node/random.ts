import { loadCrypto } from "../../lazy.ts";
import { type Bytes, bytesOf } from "../../web/bytes.ts";
import { asBuffer, type NodeBuffer } from "./bytes-of-input.ts";
import { type Callback, checkCallback, checkInteger, invalidType, nodeError, outOfRange } from "./node-error.ts";
import { settle } from "./settle.ts";

const AT_ONCE = 65_536;
const RANGE_MAX = 2 ** 48 - 1;

function fill(bytes: Bytes): void {
  const { crypto } = loadCrypto();
  for (let at = 0; at < bytes.length; at += AT_ONCE) crypto.getRandomValues(bytes.subarray(at, at + AT_ONCE));
}

export function randomBytes(size: number, callback?: Callback<[NodeBuffer]>): NodeBuffer | undefined {
  checkInteger("size", size, 0, 2 ** 31 - 1);
  const make = (): NodeBuffer => {
    const bytes = new Uint8Array(size);
    fill(bytes);
    return asBuffer(bytes);
  };
  if (callback === undefined) return make();
  checkCallback(callback);
  settle(callback, async () => make());
  return undefined;
}

export function randomFillSync<T>(target: T, offset = 0, size?: number): T {
  fill(window(target, offset, size));
  return target;
}

export function randomFill<T>(target: T, ...rest: [...(number | undefined)[], Callback<[T]>]): void {
  const callback = rest.at(-1) as Callback<[T]>;
  checkCallback(callback);
  const [offset, size] = rest.slice(0, -1) as [number?, number?];
  const bytes = window(target, offset, size);
  settle(callback, async () => {
    fill(bytes);
    return target;
  });
}

/** Offset and size count elements, as in Node. */
function window(target: unknown, offset = 0, size?: number): Bytes {
  const bytes = bytesOf(target);
  if (bytes === undefined)
    throw invalidType("buf", "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", target);
  const unit = (target as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const start = checkInteger("offset", offset, 0, bytes.length / unit) * unit;
  const length = size === undefined ? bytes.length - start : checkInteger("size", size, 0, bytes.length / unit) * unit;
  if (start + length > bytes.length) throw outOfRange("size + offset", `<= ${bytes.length}`, start + length);
  return bytes.subarray(start, start + length);
}

export function randomInt(...args: readonly unknown[]): number | undefined {
  const callback = typeof args.at(-1) === "function" ? (args.at(-1) as Callback<[number]>) : undefined;
  const bounds = callback === undefined ? args : args.slice(0, -1);
  const [min, max] = bounds.length === 1 || bounds[1] === undefined ? [0, bounds[0]] : bounds;
  if (!Number.isSafeInteger(min)) throw invalidType("min", "a safe integer", min);
  if (!Number.isSafeInteger(max)) throw invalidType("max", "a safe integer", max);
  const [from, to] = [min as number, max as number];
  if (to <= from) throw outOfRange("max", `greater than the value of "min" (${from})`, to);
  if (to - from > RANGE_MAX) throw outOfRange("max - min", `<= ${RANGE_MAX}`, to - from);
  if (callback === undefined) return from + below(to - from);
  settle(callback, async () => from + below(to - from));
  return undefined;
}

/** Even chances: numbers of the last, incomplete stretch of the 48 bits are drawn again. */
function below(range: number): number {
  const bytes = new Uint8Array(6);
  const view = new DataView(bytes.buffer);
  for (;;) {
    fill(bytes);
    const drawn = view.getUint16(0) * 2 ** 32 + view.getUint32(2);
    if (drawn < 2 ** 48 - (2 ** 48 % range)) return drawn % range;
  }
}

export function randomUUID(): string {
  return loadCrypto().crypto.randomUUID();
}

export function timingSafeEqual(left: unknown, right: unknown): boolean {
  const [a, b] = [bytesOf(left), bytesOf(right)];
  if (a === undefined) throw invalidType("buf1", "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", left);
  if (b === undefined) throw invalidType("buf2", "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", right);
  if (a.length !== b.length) {
    const message = "Input buffers must have the same byte length";
    throw nodeError("ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", message, RangeError);
  }
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= (a[at] as number) ^ (b[at] as number);
  return difference === 0;
}
