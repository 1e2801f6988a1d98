import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { LIMITS, type SocketOptionsHead, type SocketReport, type TlsHead } from "@sluice/core";
import { type Chunk, ChunkReader } from "./chunk-reader.ts";
import type { Destination } from "./egress-policy.ts";
import type { Holding } from "./holdings.ts";
import { reportTls, tlsOptions } from "./tls-options.ts";

export interface GuestSocketOptions {
  readonly to: Destination;
  readonly family: 0 | 4 | 6;
  readonly lookup: LookupFunction;
}

/**
 * A guest's connection, kept by this process. What arrives while nobody asks for it, between invocations too, fills the
 * socket's own buffer and then the other side's: never more of our memory.
 */
export class GuestSocket implements Holding {
  readonly #options: GuestSocketOptions;
  #socket: Socket;
  #reader: ChunkReader;

  constructor(options: GuestSocketOptions) {
    this.#options = options;
    const { to, family, lookup } = options;
    // Half-open: the guest decides when its own side ends.
    this.#socket = connectTcp({ host: to.host, port: to.port, family, lookup, allowHalfOpen: true, noDelay: false });
    this.#reader = new ChunkReader(this.#socket);
  }

  /** Resolves when it is connected, and speaks TLS if it is to. */
  async connect(tls: TlsHead | null): Promise<SocketReport> {
    await settled(this.#socket, "connect");
    return tls === null ? this.#report() : await this.secure(tls);
  }

  /** From now on the connection speaks TLS: from its first byte, or after a word in plain text (STARTTLS). */
  async secure(tls: TlsHead): Promise<SocketReport> {
    const options = tlsOptions(tls, this.#options.to.host);
    const plain = this.#socket;
    this.#reader.stop();
    plain.removeAllListeners("readable");
    const secure = connectTls({ ...options, socket: plain });
    this.#socket = secure;
    this.#reader = new ChunkReader(secure);
    await settled(secure, "secureConnect");
    return this.#report();
  }

  read(): Promise<Chunk> {
    return this.#reader.next();
  }

  /** Resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded || socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      socket.once("drain", resolve);
      socket.once("close", resolve);
    });
  }

  end(): void {
    this.#socket.end();
  }

  configure({ noDelay, keepAlive, keepAliveDelayMs }: SocketOptionsHead): void {
    if (typeof noDelay === "boolean") this.#socket.setNoDelay(noDelay);
    if (typeof keepAlive === "boolean") this.#socket.setKeepAlive(keepAlive, Number(keepAliveDelayMs) || 0);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #report(): SocketReport {
    const socket = this.#socket;
    return {
      remoteAddress: socket.remoteAddress ?? "",
      remoteFamily: isIP(socket.remoteAddress ?? "") === 6 ? "IPv6" : "IPv4",
      remotePort: socket.remotePort ?? 0,
      tls: socket instanceof TLSSocket ? reportTls(socket) : null,
    };
  }
}

function settled(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })),
      LIMITS.connectTimeoutMs,
    );
    const end = (error?: Error): void => {
      clearTimeout(timer);
      socket.off(event, end);
      socket.off("error", end);
      socket.off("close", closed);
      if (error === undefined) resolve();
      else reject(error);
    };
    const closed = (): void => end(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    socket.once(event, () => end());
    socket.once("error", end);
    socket.once("close", closed);
  });
}
