import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from "@noble/hashes/sha2.js";
import type { CHash } from "@noble/hashes/utils.js";
import { HASH_BYTES } from "@sluice/core";

const loadLegacy = () => require("@noble/hashes/legacy.js") as typeof import("@noble/hashes/legacy.js");
const loadSha3 = () => require("@noble/hashes/sha3.js") as typeof import("@noble/hashes/sha3.js");
const loadBlake2 = () => require("@noble/hashes/blake2.js") as typeof import("@noble/hashes/blake2.js");

/** By the names that OpenSSL has for them in lower case. */
const HASHES: Readonly<Record<string, (() => CHash) | undefined>> = {
  __proto__: null as never,
  sha1: () => loadLegacy().sha1,
  sha224: () => sha224,
  sha256: () => sha256,
  sha384: () => sha384,
  sha512: () => sha512,
  "sha512-224": () => sha512_224,
  "sha512-256": () => sha512_256,
  md5: () => loadLegacy().md5,
  ripemd160: () => loadLegacy().ripemd160,
  "sha3-224": () => loadSha3().sha3_224,
  "sha3-256": () => loadSha3().sha3_256,
  "sha3-384": () => loadSha3().sha3_384,
  "sha3-512": () => loadSha3().sha3_512,
  blake2b512: () => loadBlake2().blake2b,
  blake2s256: () => loadBlake2().blake2s,
};

/** The hash as a function of the guest's own. `name` is one that `hashNamed` answered. */
export function guestHash(name: string): CHash {
  return (HASHES[name] as () => CHash)();
}

/** OpenSSL's names and their other spellings: `SHA256`, `SHA-256`, `RSA-SHA256`, `sha512/256`. */
export function hashNamed(name: string): string | undefined {
  const bare = name.toLowerCase().replace(/^rsa-/, "").replace("/", "-");
  const plain = bare.replace(/^sha2?-(?=\d)/, "sha").replace(/^sha3(?=\d)/, "sha3");
  if (plain === "rmd160" || plain === "ripemd") return "ripemd160";
  return HASHES[plain] === undefined ? undefined : plain;
}

export const HASH_NAMES: readonly string[] = Object.keys(HASH_BYTES);

export function hashBytes(name: string): number {
  return HASH_BYTES[name] as number;
}
