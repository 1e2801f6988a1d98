import { LIMITS } from "@sluice/core";
import type { ByteSource } from "../../fetch/byte-source.ts";
import { type Bytes, joinBytes } from "../../web/bytes.ts";

type Done = (error?: unknown) => void;

/**
 * What a program writes into a request. Until the request is opened it is gathered, so that a small one travels with its
 * head; from then on the host asks for it piece by piece, and the writer waits for that.
 */
export class RequestBody {
  #pieces: Bytes[] = [];
  #size = 0;
  #ended = false;
  #opened = false;
  #blocked: Done | undefined;
  #reader: ((piece: Bytes | undefined) => void) | undefined;

  /** Calls back when there is room for more. */
  write(bytes: Bytes, done: Done): void {
    if (this.#reader !== undefined) {
      const give = this.#reader;
      this.#reader = undefined;
      give(bytes);
      return done();
    }
    // The writer's buffer may be filled anew as soon as it was told that this one was taken.
    this.#pieces.push(bytes.slice());
    this.#size += bytes.length;
    if (this.#size < LIMITS.networkChunkBytes) done();
    else this.#blocked = done;
  }

  end(): void {
    this.#ended = true;
    this.#reader?.(undefined);
    this.#reader = undefined;
  }

  get isFull(): boolean {
    return this.#blocked !== undefined;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** What the request is opened with: all of it, if it is complete, or what brings it. */
  open(): Bytes | ByteSource | undefined {
    this.#opened = true;
    if (!this.#ended) return { read: () => this.#read(), cancel: () => this.#discard() };
    return this.#size === 0 ? undefined : this.#take();
  }

  get opened(): boolean {
    return this.#opened;
  }

  async #read(): Promise<Bytes | undefined> {
    if (this.#size > 0) return this.#take();
    if (this.#ended) return undefined;
    return await new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  #take(): Bytes {
    const bytes = joinBytes(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    const go = this.#blocked;
    this.#blocked = undefined;
    go?.();
    return bytes;
  }

  #discard(): void {
    if (this.#size > 0) this.#take();
  }
}
