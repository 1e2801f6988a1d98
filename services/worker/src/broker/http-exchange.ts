import { PassThrough, type Readable } from "node:stream";
import { LIMITS } from "@sluice/core";
import { type Chunk, ChunkReader } from "./chunk-reader.ts";
import { EgressLimit } from "./egress-error.ts";
import type { Holding } from "./holdings.ts";

export interface HttpExchangeOptions {
  readonly bodyFollows: boolean;
  /** How long it stays when its invocation has ended and nobody asks for more. */
  readonly orphanMs: number;
  /** How long it may take in all, from its beginning to its last byte. */
  readonly totalMs: number;
  readonly onEnd: () => void;
}

/** A body that follows close behind its head travels with it, if it comes within this time. */
const INLINE_WAIT_MS = 2;

/**
 * One request and its response, from `http.open` to the last chunk. It belongs to the environment: an invocation that
 * begins while it is open may go on with it. When none does for a while, it is given up.
 */
export class HttpExchange implements Holding {
  readonly requestBody: PassThrough | null;
  readonly #options: HttpExchangeOptions;
  readonly #abort = new AbortController();
  #response: Readable | undefined;
  #reader: ChunkReader | undefined;
  #received = 0;
  #runs = new WeakSet<AbortSignal>();
  #present = 0;
  #orphaned: NodeJS.Timeout | undefined;
  #ended = false;
  #overdue = false;
  readonly #total: NodeJS.Timeout;

  constructor(options: HttpExchangeOptions) {
    this.#options = options;
    // A server that drips is never silent, and a later invocation may always read on: only this ends it then.
    this.#total = setTimeout(() => this.#expire(), options.totalMs);
    this.#total.unref();
    this.requestBody = options.bodyFollows ? new PassThrough({ highWaterMark: LIMITS.networkChunkBytes }) : null;
    this.requestBody?.on("error", () => undefined);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What ended it, when that was its own limit. */
  get fault(): EgressLimit | undefined {
    if (!this.#overdue) return undefined;
    const seconds = this.#options.totalMs / 1_000;
    return new EgressLimit(`the exchange took longer than ${seconds} s in all, from its beginning to its last byte`);
  }

  /** A running invocation takes part in it. */
  attend(run: AbortSignal): void {
    clearTimeout(this.#orphaned);
    if (run.aborted) return this.#orphan();
    if (this.#runs.has(run)) return;
    this.#runs.add(run);
    this.#present += 1;
    const leave = (): void => {
      this.#present -= 1;
      this.#orphan();
    };
    run.addEventListener("abort", leave, { once: true });
  }

  receive(body: Readable): void {
    this.#response = body;
    this.#reader = new ChunkReader(body);
    if (this.#ended) body.destroy();
  }

  /** What has come of the body by now, and whether more is to come. */
  async readFirst(): Promise<{ readonly bytes: Uint8Array; readonly more: boolean }> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const patience = new Patience(INLINE_WAIT_MS);
    try {
      while (size < LIMITS.networkChunkBytes) {
        const chunk = await this.#reader?.nextBy(patience.over, () => patience.isOver);
        if (chunk === undefined) break;
        if (chunk.kind !== "data") return { bytes: Buffer.concat(chunks, size), more: this.#complete() };
        size += chunk.bytes.length;
        this.#count(chunk.bytes.length);
        chunks.push(chunk.bytes);
      }
      return { bytes: Buffer.concat(chunks, size), more: true };
    } finally {
      patience.end();
    }
  }

  async read(): Promise<Chunk> {
    if (this.#reader === undefined) throw new EgressLimit("there is no response to read yet");
    const chunk = await this.#reader.next();
    if (chunk.kind === "data") this.#count(chunk.bytes.length);
    else this.#complete();
    return chunk;
  }

  /** Resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    const body = this.requestBody;
    if (body === null || body.writableEnded || body.destroyed) return;
    if (body.write(bytes)) return;
    await new Promise<void>((resolve) => {
      body.once("drain", resolve);
      body.once("close", resolve);
    });
  }

  destroy(): void {
    this.#finish();
    this.#break();
  }

  /** @returns false: nothing more is to come @throws EgressLimit when the end is one of ours */
  #complete(): false {
    if (this.fault !== undefined) throw this.fault;
    this.#finish();
    return false;
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#orphaned);
    clearTimeout(this.#total);
    this.#options.onEnd();
  }

  #break(): void {
    this.#abort.abort();
    this.requestBody?.destroy();
    this.#response?.destroy();
  }

  #count(bytes: number): void {
    this.#received += bytes;
    if (this.#received <= LIMITS.fetchResponseBytesMax) return;
    this.destroy();
    throw new EgressLimit(`the response is larger than ${LIMITS.fetchResponseBytesMax} bytes`);
  }

  /** It stays known until somebody asks for more, who is then told why nothing comes. */
  #expire(): void {
    this.#overdue = true;
    this.#break();
  }

  #orphan(): void {
    if (this.#present > 0 || this.#ended) return;
    clearTimeout(this.#orphaned);
    this.#orphaned = setTimeout(() => this.destroy(), this.#options.orphanMs);
    this.#orphaned.unref();
  }
}

class Patience {
  readonly over: Promise<void>;
  isOver = false;
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    let end: () => void = () => undefined;
    this.over = new Promise((resolve) => {
      end = resolve;
    });
    this.#timer = setTimeout(() => {
      this.isOver = true;
      end();
    }, ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
