import { type Bytes } from "../web/bytes.ts";
import { base64OfBytes, atob } from "../web/base64.ts";

export function base64urlOf(bytes: Uint8Array): string {
  return base64OfBytes(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Strict, as JWK wants it: no padding, no white space. @returns undefined for other text */
export function bytesOfBase64url(text: unknown): Bytes | undefined {
  if (typeof text !== "string" || !/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
