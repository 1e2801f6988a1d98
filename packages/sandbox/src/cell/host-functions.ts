import { createHash, createHmac, randomBytes } from "node:crypto";
import { HOST_CALLS, LIMITS } from "@sluice/core";

/**
 * Host calls that the cell answers at once, from memory. They run on the cell's main thread while the guest waits, so
 * each is bounded by the size of its argument; none does I/O or holds anything of the host.
 */
const RANDOM_BYTES_MAX = 65_536;
const HASHES: Readonly<Record<string, string>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
  MD5: "md5",
};

type HostFunction = (text: string, bytes: Uint8Array) => Uint8Array;

const FUNCTIONS: ReadonlyMap<number, { readonly run: HostFunction; readonly maxArgBytes: number }> = new Map([
  [HOST_CALLS["crypto.random"].op, { run: random, maxArgBytes: HOST_CALLS["crypto.random"].maxArgBytes }],
  [HOST_CALLS["crypto.digest"].op, { run: digest, maxArgBytes: HOST_CALLS["crypto.digest"].maxArgBytes }],
  [HOST_CALLS["crypto.hmac"].op, { run: hmac, maxArgBytes: HOST_CALLS["crypto.hmac"].maxArgBytes }],
]);

/**
 * Answers a `sync` host call.
 *
 * @returns bytes, or a short text that says what was wrong with the call: nothing of the host may travel in an Error
 */
export function callHostFunction(op: number, text: string, bytes: Uint8Array): Uint8Array | string {
  const entry = FUNCTIONS.get(op);
  if (entry === undefined) return "unknown host call";
  if (text.length + bytes.length > entry.maxArgBytes) return "argument too large";
  try {
    return entry.run(text, bytes);
  } catch {
    return "invalid argument";
  }
}

function random(text: string): Uint8Array {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > RANDOM_BYTES_MAX) throw new RangeError("count");
  return randomBytes(count);
}

function digest(text: string, bytes: Uint8Array): Uint8Array {
  return createHash(hashName(text)).update(bytes).digest();
}

function hmac(text: string, bytes: Uint8Array): Uint8Array {
  const { hash, key } = JSON.parse(text) as { hash: string; key: string };
  if (key.length > LIMITS.kvValueBytes) throw new RangeError("key");
  return createHmac(hashName(hash), Buffer.from(key, "base64")).update(bytes).digest();
}

function hashName(name: string): string {
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (hash === undefined) throw new RangeError("hash");
  return hash;
}
