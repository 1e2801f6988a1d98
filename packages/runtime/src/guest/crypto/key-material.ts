import type { CryptoKeyFacts, CryptoRequest } from "@sluice/core";
import { jsonParse } from "../primordials.ts";
import type { Bytes } from "../web/bytes.ts";
import { compute, NO_BYTES } from "./host.ts";

type KeyRequest = Extract<CryptoRequest, { do: "key" }>;

export interface SecretKey {
  readonly kind: "secret";
  readonly bytes: Bytes;
}

/** A key as DER (PKCS #8 or SPKI) and what is known of it. */
export interface AsymmetricKey {
  readonly kind: "private" | "public";
  readonly der: Bytes;
  readonly facts: CryptoKeyFacts;
}

export type KeyMaterial = SecretKey | AsymmetricKey;

export interface Jwk {
  [member: string]: unknown;
}

/** @throws Error with a CryptoRefusal when the host cannot read it */
export function readKey(from: KeyRequest["from"], as: KeyRequest["as"], input: Bytes): AsymmetricKey {
  const { facts, output } = convert({ from, as, to: as === "private" ? "pkcs8" : "spki" }, input);
  return { kind: as, der: output, facts };
}

export function exportKey({ kind, der }: AsymmetricKey, to: KeyRequest["to"]): Bytes {
  const own = kind === "private" ? "pkcs8" : "spki";
  if (to === own) return der.slice();
  return convert({ from: own, as: kind, to }, der).output;
}

export function exportJwk(key: AsymmetricKey): Jwk {
  return jsonParse(textOfBytes(exportKey(key, "jwk"))) as Jwk;
}

export function publicKeyOf(key: AsymmetricKey): AsymmetricKey {
  return key.kind === "public" ? key : readKey("pkcs8", "public", key.der);
}

export function generateKey(type: "ec" | "ed25519" | "x25519", curve = ""): AsymmetricKey {
  return readKey("pkcs8", "private", compute({ do: "generate", type, curve }, NO_BYTES));
}

function convert(request: Omit<KeyRequest, "do">, input: Bytes): { facts: CryptoKeyFacts; output: Bytes } {
  const bytes = compute({ do: "key", ...request }, input);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const facts = jsonParse(textOfBytes(bytes.subarray(4, 4 + length))) as CryptoKeyFacts;
  return { facts, output: bytes.slice(4 + length) };
}

function textOfBytes(bytes: Bytes): string {
  // ASCII alone: names, numbers and base64url.
  let text = "";
  for (let at = 0; at < bytes.length; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

export function bytesOfAscii(text: string): Bytes {
  return Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff);
}
