import type { ArtifactStore } from "@sluice/core";
import { artifactDigest, checkArtifact } from "../artifact-digest.ts";

export class MemoryArtifacts implements ArtifactStore {
  readonly #byDigest = new Map<string, Uint8Array>();

  async put(bytes: Uint8Array): Promise<string> {
    const digest = artifactDigest(bytes);
    this.#byDigest.set(digest, Uint8Array.from(bytes));
    return digest;
  }

  async get(digest: string): Promise<Uint8Array | undefined> {
    const bytes = this.#byDigest.get(digest);
    return bytes === undefined ? undefined : Uint8Array.from(checkArtifact(digest, bytes));
  }
}
