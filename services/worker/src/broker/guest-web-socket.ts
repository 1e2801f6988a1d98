import type { LookupFunction } from "node:net";
import { LIMITS, type WebSocketMessage, type WebSocketReport } from "@sluice/core";
import { WebSocket } from "ws";
import { EgressLimit } from "./egress-error.ts";
import type { Holding } from "./holdings.ts";

export interface GuestWebSocketOptions {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly lookup: LookupFunction;
}

type Message = WebSocketMessage & { readonly bytes: Uint8Array };

const NO_BYTES = new Uint8Array(0);
/** Messages that lie ready before reading stops; one read of the socket may bring a few more. */
const READY_BYTES = 256 * 1024;
/** What may lie unsent before a guest has to wait. */
const UNSENT_BYTES = 256 * 1024;
const DRAIN_CHECK_MS = 5;

/** A guest's web socket. Between two messages that the guest asks for, little is read. */
export class GuestWebSocket implements Holding {
  readonly #socket: WebSocket;
  readonly #ready: Message[] = [];
  #readyBytes = 0;
  #wake: (() => void) | undefined;
  #opening: Promise<void>;

  constructor({ url, protocols, lookup }: GuestWebSocketOptions) {
    const options = {
      lookup,
      maxPayload: LIMITS.webSocketMessageBytesMax,
      // A compressed message may be large before anybody knows it.
      perMessageDeflate: false,
      followRedirects: false,
      handshakeTimeout: LIMITS.connectTimeoutMs,
    };
    this.#socket = new WebSocket(url, [...protocols], options);
    this.#opening = new Promise((resolve, reject) => {
      this.#socket.once("open", resolve);
      this.#socket.once("error", reject);
      this.#socket.once("close", () => reject(new Error("closed")));
    });
    this.#opening.catch(() => undefined);
    this.#socket.on("error", () => undefined);
    this.#socket.on("message", (data, isBinary) => this.#receive(data as Buffer, isBinary));
    this.#socket.on("close", (code, reason) => {
      // 1005 and 1006 are never sent: the first says that no code came, the second that nothing came at all.
      this.#put({ type: "close", code, reason: reason.toString(), wasClean: code !== 1006, bytes: NO_BYTES });
    });
  }

  async opened(): Promise<WebSocketReport> {
    await this.#opening;
    return { protocol: this.#socket.protocol, extensions: this.#socket.extensions };
  }

  async next(): Promise<Message> {
    if (this.#wake !== undefined) throw new EgressLimit("it is being read already");
    if (this.#ready.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const message = this.#ready.shift() as Message;
    this.#readyBytes -= message.bytes.length;
    if (this.#socket.isPaused && this.#readyBytes < READY_BYTES) this.#socket.resume();
    return message;
  }

  /** Resolves when there is room for more. */
  async send(bytes: Uint8Array, binary: boolean): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(bytes, { binary }, () => undefined);
    while (this.#socket.bufferedAmount > UNSENT_BYTES && this.#socket.readyState === WebSocket.OPEN) {
      await new Promise<void>((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    }
  }

  close(code: number | undefined, reason: string | undefined): void {
    try {
      if (code === undefined) this.#socket.close();
      else this.#socket.close(code, reason);
    } catch {
      this.#socket.terminate();
    }
  }

  destroy(): void {
    this.#socket.terminate();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#put({ type: isBinary ? "binary" : "text", bytes: data });
    if (this.#readyBytes >= READY_BYTES) this.#socket.pause();
  }

  #put(message: Message): void {
    this.#ready.push(message);
    this.#readyBytes += message.bytes.length;
    this.#wake?.();
  }
}
