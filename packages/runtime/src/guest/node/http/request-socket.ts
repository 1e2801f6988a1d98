import { loadNodeEvents } from "../../lazy.ts";
import type { Emitter } from "../events/event-emitter.ts";
import { clearTimeout, setTimeout } from "../../timers/timers.ts";

const { EventEmitter } = loadNodeEvents().events as unknown as { EventEmitter: new () => Emitter };

/**
 * What `request.socket` shows. The connection itself is the host's, who shares it among requests; this has what client
 * libraries set on a socket and listen to.
 */
export class RequestSocket extends EventEmitter {
  readonly encrypted: boolean;
  readonly connecting = false;
  readonly readable = true;
  readonly authorized = true;
  destroyed = false;
  writable = true;
  timeout = 0;
  bytesRead = 0;
  bytesWritten = 0;
  readonly remoteAddress = undefined;
  readonly remotePort: number;
  readonly #onDestroy: (error?: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: { encrypted: boolean; port: number; onDestroy: (error?: unknown) => void }) {
    super();
    this.encrypted = options.encrypted;
    this.remotePort = options.port;
    this.#onDestroy = options.onDestroy;
  }

  setTimeout(ms: number, callback?: () => void): this {
    this.timeout = ms;
    if (callback !== undefined) {
      if (ms === 0) this.removeListener("timeout", callback);
      else this.once("timeout", callback);
    }
    this.active();
    return this;
  }

  /** Something was sent or received. */
  active(): void {
    clearTimeout(this.#timer);
    if (this.timeout > 0 && !this.destroyed) {
      this.#timer = setTimeout(() => this.emit("timeout"), this.timeout).unref();
    }
  }

  /** The exchange is over, and with it every wait. A connection that is kept alive does not close with it. */
  finish(closes: boolean): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.writable = false;
    clearTimeout(this.#timer);
    if (closes) this.emit("close", false);
  }

  destroy(error?: unknown): this {
    this.#onDestroy(error);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  end(): this {
    return this;
  }

  address(): object {
    return {};
  }
}
