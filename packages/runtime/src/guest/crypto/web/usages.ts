import { IntrinsicTypeError } from "../../primordials.ts";
import { badUsages } from "./fault.ts";

export const USAGES = [
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "deriveKey",
  "deriveBits",
  "wrapKey",
  "unwrapKey",
] as const;

/** By algorithm: usages of the private or secret key, and of the public key. */
const ALLOWED: Readonly<Record<string, { readonly own: readonly string[]; readonly public: readonly string[] }>> = {
  HMAC: { own: ["sign", "verify"], public: [] },
  "AES-CBC": { own: ["encrypt", "decrypt", "wrapKey", "unwrapKey"], public: [] },
  "AES-CTR": { own: ["encrypt", "decrypt", "wrapKey", "unwrapKey"], public: [] },
  "AES-GCM": { own: ["encrypt", "decrypt", "wrapKey", "unwrapKey"], public: [] },
  "AES-KW": { own: ["wrapKey", "unwrapKey"], public: [] },
  "RSASSA-PKCS1-v1_5": { own: ["sign"], public: ["verify"] },
  "RSA-PSS": { own: ["sign"], public: ["verify"] },
  "RSA-OAEP": { own: ["decrypt", "unwrapKey"], public: ["encrypt", "wrapKey"] },
  ECDSA: { own: ["sign"], public: ["verify"] },
  ECDH: { own: ["deriveKey", "deriveBits"], public: [] },
  Ed25519: { own: ["sign"], public: ["verify"] },
  X25519: { own: ["deriveKey", "deriveBits"], public: [] },
  HKDF: { own: ["deriveKey", "deriveBits"], public: [] },
  PBKDF2: { own: ["deriveKey", "deriveBits"], public: [] },
};

/** Web IDL's conversion of a sequence of KeyUsage. */
export function readUsages(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) throw new IntrinsicTypeError("The key usages must be an array");
  const given = new Set(Array.from(value as Iterable<unknown>, String));
  for (const usage of given) {
    if (!(USAGES as readonly string[]).includes(usage)) throw new IntrinsicTypeError(`"${usage}" is no key usage`);
  }
  return USAGES.filter((usage) => given.has(usage));
}

export function ownUsages(name: string, usages: readonly string[]): readonly string[] {
  return usages.filter((usage) => ALLOWED[name]?.own.includes(usage));
}

export function publicUsages(name: string, usages: readonly string[]): readonly string[] {
  return usages.filter((usage) => ALLOWED[name]?.public.includes(usage));
}

/** @throws DOMException SyntaxError for a usage that a key of this kind cannot have */
export function checkUsages(
  name: string,
  kind: "secret" | "private" | "public" | "pair",
  usages: readonly string[],
): void {
  const { own = [], public: ofPublic = [] } = ALLOWED[name] ?? {};
  const allowed = kind === "pair" ? [...own, ...ofPublic] : kind === "public" ? ofPublic : own;
  const wrong = usages.find((usage) => !allowed.includes(usage));
  if (wrong !== undefined) {
    const can = allowed.length === 0 ? "has no usages" : `may be used for ${allowed.join(", ")}`;
    throw badUsages(`A ${kind === "pair" ? "" : `${kind} `}key of ${name} ${can}; not for ${wrong}`);
  }
}

/** @throws DOMException SyntaxError when nothing could be done with the key */
export function requireUsages(kind: string, usages: readonly string[]): void {
  if (kind !== "public" && usages.length === 0)
    throw badUsages("The key has no usages, so nothing could be done with it");
}
