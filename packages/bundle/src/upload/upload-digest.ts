import { createHash } from "node:crypto";
import { sha256 } from "../artifact-digest.ts";

/** Goes up when the same upload would become another bundle, of newer provided packages too. */
const FORMAT = "2";

export interface UploadSource {
  readonly archive: Uint8Array;
  /** Layers' archives, in Lambda's order. */
  readonly layers: readonly Uint8Array[];
  readonly handler: string;
  readonly runtime: string;
}

/** What a bundle depends on, as one SHA-256 in hex: an upload with a known digest need not be bundled again. */
export function uploadDigest({ archive, layers, handler, runtime }: UploadSource): string {
  const facts = [FORMAT, sha256(archive), layers.map(sha256), handler, runtime];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}
