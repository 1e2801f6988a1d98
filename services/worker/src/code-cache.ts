import { type ArtifactStore, PlatformError } from "@sluice/core";

const BYTES_MAX = 256 * 1024 * 1024;

/** Code by digest, least recently used goes first; one fetch for many that ask at once. */
export class CodeCache {
  readonly #artifacts: ArtifactStore;
  readonly #codes = new Map<string, Uint8Array>();
  readonly #loading = new Map<string, Promise<Uint8Array>>();
  #bytes = 0;

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  /** @throws PlatformError Artifact.Corrupt when the code is gone or does not match its digest */
  get(digest: string): Promise<Uint8Array> {
    const known = this.#codes.get(digest);
    if (known !== undefined) {
      this.#codes.delete(digest);
      this.#codes.set(digest, known);
      return Promise.resolve(known);
    }
    const loading = this.#loading.get(digest) ?? this.#load(digest);
    this.#loading.set(digest, loading);
    return loading;
  }

  async #load(digest: string): Promise<Uint8Array> {
    try {
      const code = await this.#artifacts.get(digest);
      if (code === undefined) throw new PlatformError("Artifact.Corrupt", "The stored code of this version is gone.");
      this.#keep(digest, code);
      return code;
    } finally {
      this.#loading.delete(digest);
    }
  }

  #keep(digest: string, code: Uint8Array): void {
    this.#codes.set(digest, code);
    this.#bytes += code.length;
    for (const [oldest, bytes] of this.#codes) {
      if (this.#bytes <= BYTES_MAX || oldest === digest) break;
      this.#codes.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
