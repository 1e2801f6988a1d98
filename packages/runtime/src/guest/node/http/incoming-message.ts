import type { HttpResponseHead } from "@sluice/core";
import { type ByteSource } from "../../fetch/byte-source.ts";
import { loadBuffer, loadStream } from "../../lazy.ts";
import type { Bytes } from "../../web/bytes.ts";
import { streamError } from "../net/socket-error.ts";

const Readable = loadStream().stream.Readable;

/** Of these, Node keeps the first; of the others, it joins what is repeated. */
const SINGLE: ReadonlySet<string> = new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent",
]);

/** A response, as a stream of its body. Nothing is asked of the host before somebody reads. */
export class IncomingMessage extends Readable {
  readonly httpVersion = "1.1";
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: Record<string, string | string[]>;
  readonly rawHeaders: string[];
  readonly trailers = {};
  readonly rawTrailers: string[] = [];
  readonly url = "";
  readonly method = null;
  readonly socket: unknown;
  complete = false;
  aborted = false;
  req: unknown;
  readonly #source: ByteSource;

  constructor(head: HttpResponseHead, source: ByteSource, socket: unknown) {
    super({ autoDestroy: true });
    this.statusCode = head.status;
    this.statusMessage = head.statusText;
    this.headers = joined(head.headers);
    this.rawHeaders = head.headers.flat();
    this.socket = socket;
    this.#source = source;
  }

  get connection(): unknown {
    return this.socket;
  }

  get headersDistinct(): Record<string, string[]> {
    const distinct = Object.create(null) as Record<string, string[]>;
    for (let at = 0; at + 1 < this.rawHeaders.length; at += 2) {
      const name = (this.rawHeaders[at] as string).toLowerCase();
      (distinct[name] ??= []).push(this.rawHeaders[at + 1] as string);
    }
    return distinct;
  }

  setTimeout(ms: number, callback?: () => void): this {
    (this.socket as { setTimeout(ms: number, callback?: () => void): void }).setTimeout(ms, callback);
    return this;
  }

  _read(): void {
    this.#source.read().then(
      (piece) => this.#give(piece),
      (failure: unknown) => {
        this.aborted = true;
        this.emit("aborted");
        this.destroy(streamError(failure, "read"));
      },
    );
  }

  _destroy(error: unknown, callback: (error?: unknown) => void): void {
    if (!this.complete) this.#source.cancel(error);
    // As in Node: a response that breaks off is an error to those only who listen for it.
    const { listenerCount } = this as unknown as { listenerCount(event: string): number };
    callback(listenerCount.call(this, "error") > 0 ? error : null);
  }

  #give(piece: Bytes | undefined): void {
    if (this.destroyed) return;
    if (piece === undefined) {
      this.complete = true;
      this.push(null);
    } else if (piece.length === 0) this._read();
    else this.push(loadBuffer().Buffer.from(piece.buffer, piece.byteOffset, piece.length));
  }
}

function joined(pairs: HttpResponseHead["headers"]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string>;
  for (const [rawName, value] of pairs) {
    const name = rawName.toLowerCase();
    const known = headers[name];
    if (name === "set-cookie") headers[name] = [...((known as string[] | undefined) ?? []), value];
    else if (known === undefined) headers[name] = value;
    else if (!SINGLE.has(name)) headers[name] = `${String(known)}${name === "cookie" ? "; " : ", "}${value}`;
  }
  // A plain object, as programs expect that ask it for its own methods.
  return Object.setPrototypeOf(headers, Object.prototype) as Record<string, string | string[]>;
}
