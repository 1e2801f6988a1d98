import type { Readable } from "node:stream";
import { LIMITS } from "@sluice/core";
import { EgressLimit } from "./egress-error.ts";

export type Chunk = { readonly kind: "data"; readonly bytes: Uint8Array } | { readonly kind: "end" | "stopped" };

/**
 * Takes a stream's data piece by piece, as a guest asks for it: between two requests nothing is read but what fits the
 * stream's own buffer, and the other side feels it.
 */
export class ChunkReader {
  readonly #stream: Readable;
  #error: unknown;
  #failed = false;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    const wake = (): void => this.#wake?.();
    stream.on("readable", wake);
    stream.on("end", wake);
    stream.on("close", wake);
    // Stays for as long as the stream lives: an error that comes while nobody asks must not end this process.
    stream.on("error", (error) => {
      this.#failed = true;
      this.#error = error;
      wake();
    });
  }

  /** The next piece, at most one chunk's size. @throws what went wrong with the stream */
  async next(): Promise<Chunk> {
    for (;;) {
      const ready = this.poll();
      if (ready !== undefined) return ready;
      await this.#change();
    }
  }

  /** The next piece if it comes by then. */
  async nextBy(deadline: Promise<void>, passed: () => boolean): Promise<Chunk | undefined> {
    for (;;) {
      const ready = this.poll();
      if (ready !== undefined || passed()) return ready;
      await Promise.race([this.#change(), deadline]);
      this.#wake = undefined;
    }
  }

  /** What is there now, without waiting. */
  poll(): Chunk | undefined {
    if (this.#stopped) return { kind: "stopped" };
    const bytes = this.#read();
    if (bytes !== null) return { kind: "data", bytes };
    if (this.#failed) throw this.#error;
    if (this.#stream.readableEnded || this.#stream.destroyed) return { kind: "end" };
    return undefined;
  }

  /** Whoever waits for a piece is told `stopped`, and the stream is somebody else's from now on. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async #change(): Promise<void> {
    if (this.#wake !== undefined) throw new EgressLimit("it is being read already");
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  #read(): Uint8Array | null {
    const { readableLength } = this.#stream;
    const size = readableLength > LIMITS.networkChunkBytes ? LIMITS.networkChunkBytes : undefined;
    return this.#stream.read(size) as Uint8Array | null;
  }
}
