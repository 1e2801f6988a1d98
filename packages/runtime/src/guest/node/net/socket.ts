import type { SocketReport } from "@sluice/core";
import { loadBuffer, loadStream } from "../../lazy.ts";
import { clearTimeout, setTimeout } from "../../timers/timers.ts";
import type { Bytes } from "../../web/bytes.ts";
import { bytesOf, joinBytes } from "../../web/bytes.ts";
import { type ConnectOptions, readConnectArguments, readDestination } from "./connect-options.ts";
import { HostSocket } from "./host-socket.ts";
import { connectError, streamError } from "./socket-error.ts";

type Done = (error?: unknown) => void;
type Listener = (...args: unknown[]) => void;

const Duplex = loadStream().stream.Duplex;

/** `net.Socket`: a stream over a connection that the host holds. It stays open between the invocations of a function. */
export class Socket extends Duplex {
  connecting = false;
  bytesRead = 0;
  bytesWritten = 0;
  timeout = 0;
  remoteAddress: string | undefined;
  remoteFamily: string | undefined;
  remotePort: number | undefined;
  localAddress: string | undefined;
  localPort: number | undefined;
  protected report: SocketReport | undefined;
  protected host: HostSocket | undefined;
  #referenced = true;
  #reading = false;
  #wanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #options: { noDelay?: boolean; keepAlive?: boolean; keepAliveDelayMs?: number } = {};

  constructor(options: ConnectOptions = {}) {
    super({ allowHalfOpen: options?.allowHalfOpen === true, decodeStrings: true, autoDestroy: true, emitClose: true });
    const { signal } = options ?? {};
    if (signal?.aborted) this.destroy(signal.reason);
    else signal?.addEventListener("abort", () => this.destroy(signal.reason), { once: true });
  }

  get pending(): boolean {
    return this.report === undefined;
  }

  get readyState(): string {
    if (this.connecting) return "opening";
    if (this.destroyed || this.pending) return "closed";
    const { readable, writable } = this as unknown as { readable: boolean; writable: boolean };
    return readable && writable ? "open" : readable ? "readOnly" : writable ? "writeOnly" : "closed";
  }

  connect(...args: unknown[]): this {
    const [options, callback] = readConnectArguments<ConnectOptions>(args);
    const to = readDestination(options);
    if (callback !== undefined) this.once("connect", callback);
    if (options.noDelay === true) this.setNoDelay(true);
    if (options.keepAlive === true) this.setKeepAlive(true, options.keepAliveInitialDelay);
    if (options.timeout) this.setTimeout(options.timeout);
    const host = this.begin();
    host.open({ ...to, tls: null }).then(
      (report) => this.established(report, ["connect", "ready"]),
      (failure: unknown) => this.destroy(connectError(failure, to.host, to.port)),
    );
    return this;
  }

  setTimeout(ms: number, callback?: Listener): this {
    this.timeout = ms;
    clearTimeout(this.#timer);
    if (callback !== undefined) {
      if (ms === 0) this.off("timeout", callback);
      else this.once("timeout", callback);
    }
    this.#timer = undefined;
    this.active();
    return this;
  }

  setNoDelay(noDelay = true): this {
    return this.#configure({ noDelay: Boolean(noDelay) });
  }

  setKeepAlive(keepAlive = false, delayMs = 0): this {
    return this.#configure({ keepAlive: Boolean(keepAlive), keepAliveDelayMs: Number(delayMs) || 0 });
  }

  ref(): this {
    this.#referenced = true;
    return this;
  }

  unref(): this {
    this.#referenced = false;
    return this;
  }

  address(): object {
    if (this.localAddress === undefined) return {};
    return { address: this.localAddress, family: "IPv4", port: this.localPort };
  }

  destroySoon(): void {
    const { writableFinished } = this as unknown as { writableFinished: boolean };
    if (writableFinished) this.destroy();
    else {
      this.once("finish", () => this.destroy());
      this.end();
    }
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  _read(): void {
    this.#wanted = true;
    if (!this.connecting && this.report !== undefined) void this.#readOn();
  }

  _write(chunk: Uint8Array, _encoding: unknown, callback: Done): void {
    this.#whenConnected(() => this.#send(bytesOf(chunk) as Bytes, callback), callback);
  }

  _writev(chunks: readonly { readonly chunk: Uint8Array }[], callback: Done): void {
    const joined = joinBytes(chunks.map(({ chunk }) => bytesOf(chunk) as Bytes));
    this.#whenConnected(() => this.#send(joined, callback), callback);
  }

  _final(callback: Done): void {
    this.#whenConnected(() => {
      this.host?.end().then(
        () => callback(),
        () => callback(),
      );
    }, callback);
  }

  _destroy(error: unknown, callback: Done): void {
    this.connecting = false;
    clearTimeout(this.#timer);
    this.host?.close();
    callback(error);
  }

  /** A connection of the host's for this socket, of which nothing is known yet. */
  protected begin(host = new HostSocket(() => this.#referenced)): HostSocket {
    this.connecting = true;
    this.host = host;
    this.active();
    return host;
  }

  protected established(report: SocketReport, events: readonly string[]): void {
    if (this.destroyed) return;
    this.connecting = false;
    this.report = report;
    this.remoteAddress = report.remoteAddress;
    this.remoteFamily = report.remoteFamily;
    this.remotePort = report.remotePort;
    this.localAddress = "0.0.0.0";
    this.localPort = 0;
    if (Object.keys(this.#options).length > 0) this.host?.configure(this.#options);
    this.active();
    for (const event of events) this.emit(event);
    if (this.#wanted) void this.#readOn();
  }

  /** Something happened: the time without activity begins anew. */
  protected active(): void {
    clearTimeout(this.#timer);
    if (!(this.timeout > 0) || this.destroyed) return;
    this.#timer = setTimeout(() => this.emit("timeout"), this.timeout).unref();
  }

  /** Hands the connection to a socket that speaks TLS over it. What this one waits for is answered with nothing. */
  release(): HostSocket | undefined {
    const { host } = this;
    this.host = undefined;
    return host;
  }

  async #readOn(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#wanted && this.host !== undefined && !this.destroyed) {
        const read = await this.host.read();
        if (this.destroyed || read === "moved") return;
        this.active();
        this.#wanted = read === "end" ? this.push(null) && false : this.#receive(read);
      }
    } catch (failure) {
      if (this.host !== undefined) this.destroy(streamError(failure, "read"));
    } finally {
      this.#reading = false;
    }
  }

  #receive(bytes: Bytes): boolean {
    this.bytesRead += bytes.length;
    const { Buffer } = loadBuffer();
    return this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  #send(bytes: Bytes, callback: Done): void {
    if (this.host === undefined) return callback(streamError({ code: "EPIPE", message: "closed" }, "write"));
    this.bytesWritten += bytes.length;
    this.active();
    this.host.write(bytes, (failure) => {
      this.active();
      if (failure === undefined) callback();
      else callback(streamError(failure, "write"));
    });
  }

  #whenConnected(run: () => void, failed: Done): void {
    if (this.report !== undefined) return run();
    const closed = (): void => {
      this.off("ready", ready);
      failed(streamError({ code: "ECONNRESET", message: "closed" }, "write"));
    };
    const ready = (): void => {
      this.off("close", closed);
      run();
    };
    this.once("ready", ready);
    this.once("close", closed);
  }

  #configure(options: { noDelay?: boolean; keepAlive?: boolean; keepAliveDelayMs?: number }): this {
    Object.assign(this.#options, options);
    if (this.report !== undefined) this.host?.configure(options);
    return this;
  }
}
