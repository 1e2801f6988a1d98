import { randomBytes } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secret: string;
}

/** Upper-case letters and digits, as AWS access key ids. */
const ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new access key in AWS's form: 80 random bits as its id, 240 as its secret. */
export function newCredentials(): Credentials {
  const letters = [...randomBytes(16)].map((byte) => ID_ALPHABET[byte % ID_ALPHABET.length]);
  return { accessKeyId: `AKIA${letters.join("")}`, secret: randomBytes(30).toString("base64url") };
}
