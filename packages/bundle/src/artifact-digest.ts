import { createHash } from "node:crypto";

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Lambda's `CodeSha256`: of the zip as it was uploaded, in base64. */
export function codeSha256(archive: Uint8Array): string {
  return createHash("sha256").update(archive).digest("base64");
}
