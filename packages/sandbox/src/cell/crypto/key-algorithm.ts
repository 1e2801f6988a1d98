/**
 * Which kind of key a file holds, before OpenSSL sees it: for a DSA or DH key it would compute the public number while it
 * decodes, with numbers as large as whoever made the key liked.
 */
const OIDS: ReadonlySet<string> = new Set([
  "2a864886f70d010101", // rsaEncryption
  "2a864886f70d01010a", // RSASSA-PSS
  "2a8648ce3d0201", // id-ecPublicKey
  "2b656e", // X25519
  "2b6570", // Ed25519
]);
/** PEM labels of forms that hold one kind of key only, or, a certificate, nothing that is computed with. */
const LABELS: ReadonlySet<string> = new Set([
  "RSA PRIVATE KEY",
  "RSA PUBLIC KEY",
  "EC PRIVATE KEY",
  "EC PARAMETERS",
  "CERTIFICATE",
]);
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END/g;
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OBJECT_ID = 0x06;

export type KeyKind = "known" | "other" | "unreadable";

/** @param from `pem`, or what the DER is; other forms hold one kind of key only */
export function kindOfKey(from: string, input: Buffer): KeyKind {
  if (from === "pkcs8" || from === "spki") return kindOfDer(from, input);
  if (from !== "pem") return "known";
  const blocks = [...input.toString("latin1").matchAll(PEM_BLOCK)];
  const kinds = blocks.map(([, label = "", text = ""]) => {
    if (LABELS.has(label)) return "known";
    // The guest opens these itself: see key.ts.
    if (label === "ENCRYPTED PRIVATE KEY") return "unreadable";
    const form = label === "PRIVATE KEY" ? "pkcs8" : label === "PUBLIC KEY" ? "spki" : undefined;
    return form === undefined ? "other" : kindOfDer(form, Buffer.from(text, "base64"));
  });
  return kinds.find((kind) => kind !== "known") ?? (blocks.length === 0 ? "unreadable" : "known");
}

/** PKCS#8 is SEQUENCE { INTEGER, SEQUENCE { OID …; SPKI is SEQUENCE { SEQUENCE { OID … (RFC 5208, 5280). */
function kindOfDer(form: "pkcs8" | "spki", der: Buffer): KeyKind {
  let at = contentOf(der, 0, SEQUENCE)?.start;
  if (form === "pkcs8" && at !== undefined) at = contentOf(der, at, INTEGER)?.end;
  if (at !== undefined) at = contentOf(der, at, SEQUENCE)?.start;
  const oid = at === undefined ? undefined : contentOf(der, at, OBJECT_ID);
  if (oid === undefined) return "unreadable";
  return OIDS.has(der.toString("hex", oid.start, oid.end)) ? "known" : "other";
}

function contentOf(der: Buffer, at: number, tag: number): { readonly start: number; readonly end: number } | undefined {
  if (der[at] !== tag) return undefined;
  const first = der[at + 1] ?? 0x80;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || first === 0x80 || at + 2 + lengthBytes > der.length) return undefined;
  const start = at + 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
  return start + length > der.length ? undefined : { start, end: start + length };
}
