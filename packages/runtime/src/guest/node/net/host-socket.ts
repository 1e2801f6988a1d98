import { LIMITS, type SocketOpenHead, type SocketOptionsHead, type SocketReport, type TlsHead } from "@sluice/core";
import { callAsync, callAtOnce } from "../../bridge/async-calls.ts";
import { jsonParse, jsonStringify } from "../../primordials.ts";
import { type Bytes, copyBytes } from "../../web/bytes.ts";

let lastSocket = 0;

/** What the host says of a read: data, the end of it, or that the connection speaks TLS from now on. */
export type SocketRead = Bytes | "end" | "moved";

/** A connection of the host's, by the number that this environment gave it. It outlives the invocation. */
export class HostSocket {
  readonly #id = ++lastSocket;
  readonly #isReferenced: () => boolean;
  #unacknowledged = 0;
  #closed = false;

  constructor(isReferenced: () => boolean) {
    this.#isReferenced = isReferenced;
  }

  async open(head: Omit<SocketOpenHead, "socket">): Promise<SocketReport> {
    const { text } = await callAsync("net.open", jsonStringify({ ...head, socket: this.#id }));
    return jsonParse(text) as SocketReport;
  }

  async secure(tls: TlsHead): Promise<SocketReport> {
    const { text } = await callAtOnce("net.tls", jsonStringify({ socket: this.#id, tls }));
    return jsonParse(text) as SocketReport;
  }

  /** One at a time. Waits for as long as it takes, over the ends of invocations as well. */
  async read(): Promise<SocketRead> {
    const { text, bytes } = await callAtOnce("net.read", String(this.#id), undefined, this.#isReferenced);
    if (text === "end" || text === "moved") return text;
    return bytes === undefined ? new Uint8Array(0) : new Uint8Array(bytes);
  }

  /** Calls back at once while the host has little unwritten, else when it has taken this. Order is kept. */
  write(bytes: Bytes, done: (error?: unknown) => void): void {
    const room = this.#unacknowledged < LIMITS.networkChunkBytes;
    const parts: Promise<unknown>[] = [];
    for (let at = 0; at < bytes.length; at += LIMITS.networkChunkBytes) {
      const part = copyBytes(bytes.subarray(at, at + LIMITS.networkChunkBytes));
      parts.push(this.#send(part));
    }
    const all = Promise.all(parts).then(() => undefined);
    if (room) {
      // A failure shows at the read that is always under way.
      all.catch(() => undefined);
      done();
    } else all.then(() => done(), done);
  }

  async end(): Promise<void> {
    await callAtOnce("net.end", String(this.#id));
  }

  configure(options: Omit<SocketOptionsHead, "socket">): void {
    void callAtOnce("net.configure", jsonStringify({ ...options, socket: this.#id })).catch(() => undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void callAtOnce("net.close", String(this.#id)).catch(() => undefined);
  }

  async #send(part: ArrayBuffer): Promise<void> {
    this.#unacknowledged += part.byteLength;
    try {
      await callAtOnce("net.write", String(this.#id), part);
    } finally {
      this.#unacknowledged -= part.byteLength;
    }
  }
}
