import { connect, type Socket } from "node:net";

export interface KeepAliveConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** The same bytes each time. */
  readonly request: Buffer;
  /** `head` is everything before the body. True sends the request again, false closes the connection. */
  readonly onAnswer: (status: number, head: string) => boolean;
  readonly onFault: (error: Error) => void;
}

const BUFFER_BYTES = 64 * 1024;
const END_OF_HEAD = "\r\n\r\n";
const NOTHING = Buffer.alloc(0);

/**
 * One HTTP/1.1 connection with one request in flight. It does no more with an answer than to find its end, because it
 * shares the cores with the server that it measures.
 */
export class KeepAliveConnection {
  readonly #options: KeepAliveConnectionOptions;
  readonly #socket: Socket;
  #partial: Buffer = NOTHING;
  #done = false;

  constructor(options: KeepAliveConnectionOptions) {
    this.#options = options;
    const { host, port, request } = options;
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
      return true;
    };
    this.#socket = connect({ host, port, noDelay: true, onread: { buffer: Buffer.alloc(BUFFER_BYTES), callback } });
    this.#socket.once("connect", () => this.#socket.write(request));
    this.#socket.once("error", (error) => this.#fail(error));
    this.#socket.once("close", () => this.#fail(new Error("the server closed a connection")));
  }

  #read(chunk: Buffer): void {
    if (this.#done) return;
    const data = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    const headEnd = data.indexOf(END_OF_HEAD);
    const head = headEnd < 0 ? "" : data.toString("latin1", 0, headEnd);
    const length = headEnd < 0 ? 0 : contentLength(head);
    if (length === undefined) return this.#fail(new Error(`an answer without content-length:\n${head}`));
    if (headEnd < 0 || data.length < headEnd + END_OF_HEAD.length + length) {
      // The buffer under `chunk` is used again for the next read.
      this.#partial = data === chunk ? Buffer.from(chunk) : data;
      return;
    }
    this.#partial = NOTHING;
    if (this.#options.onAnswer(Number(head.slice(9, 12)), head)) this.#socket.write(this.#options.request);
    else this.#close();
  }

  #fail(error: Error): void {
    if (this.#done) return;
    this.#close();
    this.#options.onFault(error);
  }

  #close(): void {
    this.#done = true;
    this.#socket.destroy();
  }
}

function contentLength(head: string): number | undefined {
  const digits = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
