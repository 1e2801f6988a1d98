import { createHash } from "node:crypto";
import { PlatformError } from "@sluice/core";

export function artifactDigest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @throws PlatformError Artifact.Corrupt */
export function checkArtifact(digest: string, bytes: Uint8Array): Uint8Array {
  if (artifactDigest(bytes) !== digest) throw new PlatformError("Artifact.Corrupt", undefined, { details: { digest } });
  return bytes;
}
