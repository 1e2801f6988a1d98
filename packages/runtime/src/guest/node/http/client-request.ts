import { loadStream } from "../../lazy.ts";
import { Exchange, type ExchangeResponse } from "../../network/exchange.ts";
import { setTimeout } from "../../timers/timers.ts";
import { bytesOf, type Bytes } from "../../web/bytes.ts";
import type { ByteSource } from "../../fetch/byte-source.ts";
import { connectError } from "../net/socket-error.ts";
import { hasSecureOptions, type SecureOptions, tlsHead } from "../net/secure-context.ts";
import { nodeError } from "../node-error.ts";
import { checkAgent } from "./agent.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { OutgoingHeaders, type HeaderValue } from "./outgoing-headers.ts";
import { RequestBody } from "./request-body.ts";
import {
  basicAuthorization,
  readRequestArguments,
  type RequestOptions,
  type Target,
  targetOf,
} from "./request-options.ts";
import { RequestSocket } from "./request-socket.ts";

type Done = (error?: unknown) => void;
type Listener = () => void;

const Writable = loadStream().stream.Writable;

/** `http.ClientRequest`: one exchange by the host, without redirects or decoding. */
export class ClientRequest extends Writable {
  readonly method: string;
  readonly protocol: string;
  readonly host: string;
  readonly path: string;
  readonly agent: unknown;
  readonly reusedSocket = false;
  readonly maxHeadersCount = null;
  readonly socket: RequestSocket;
  aborted = false;
  headersSent = false;
  shouldKeepAlive = true;
  res: IncomingMessage | undefined;
  readonly #target: Target;
  readonly #headers = new OutgoingHeaders();
  readonly #body = new RequestBody();
  readonly #exchange = new Exchange();
  readonly #secure: SecureOptions | undefined;

  constructor(defaultProtocol: "http:" | "https:", args: readonly unknown[]) {
    super({ autoDestroy: false, decodeStrings: true, emitClose: true });
    const [options, callback] = readRequestArguments(args);
    const agentOptions = checkAgent(options.agent);
    this.#target = targetOf(options, defaultProtocol);
    const { method, protocol, host, port, path } = this.#target;
    this.method = method;
    this.protocol = protocol;
    this.host = host;
    this.path = path;
    this.agent = options.agent;
    this.socket = new RequestSocket({
      encrypted: protocol === "https:",
      port,
      onDestroy: (error) => this.destroy(error),
    });
    this.socket.on("timeout", () => this.emit("timeout"));
    const secure = { ...agentOptions, ...options } as SecureOptions;
    this.#secure = protocol === "https:" && hasSecureOptions(secure) ? secure : undefined;
    this.#readHeaders(options);
    if (callback !== undefined) this.once("response", callback);
    const timeout = options.timeout ?? agentOptions.timeout;
    if (timeout) this.setTimeout(timeout);
    this.#listenTo(options.signal);
    setTimeout(() => this.#begin(), 0);
  }

  get connection(): RequestSocket {
    return this.socket;
  }

  get finished(): boolean {
    return (this as unknown as { writableEnded: boolean }).writableEnded;
  }

  setHeader(name: string, value: HeaderValue): this {
    if (this.headersSent)
      throw nodeError(Error, "ERR_HTTP_HEADERS_SENT", "Cannot set headers after they are sent to the client");
    this.#headers.set(name, value);
    return this;
  }

  setHeaders(headers: Iterable<[string, string]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  appendHeader(name: string, value: string | readonly string[]): this {
    this.#headers.append(name, value);
    return this;
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#headers.get(name);
  }

  getHeaders(): Record<string, HeaderValue> {
    return this.#headers.toObject();
  }

  getHeaderNames(): string[] {
    return this.#headers.names();
  }

  getRawHeaderNames(): string[] {
    return this.#headers.rawNames();
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name);
  }

  removeHeader(name: string): void {
    this.#headers.remove(name);
  }

  flushHeaders(): void {
    this.#send();
  }

  setTimeout(ms: number, callback?: Listener): this {
    if (callback !== undefined) this.once("timeout", callback);
    this.socket.setTimeout(ms);
    return this;
  }

  setNoDelay(): void {}

  setSocketKeepAlive(): void {}

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    setTimeout(() => this.emit("abort"), 0);
    this.destroy();
  }

  _write(chunk: Uint8Array, _encoding: unknown, callback: Done): void {
    this.socket.active();
    this.#body.write(bytesOf(chunk) as Bytes, callback);
    if (this.#body.isFull) this.#send();
  }

  _final(callback: Done): void {
    this.#body.end();
    this.#send();
    callback();
  }

  _destroy(given: unknown, callback: Done): void {
    const error = given ?? (this.res === undefined ? hangUp() : null);
    this.#exchange.cancel(error);
    if (this.res !== undefined && !this.res.complete) {
      this.res.aborted = true;
      this.res.emit("aborted");
      this.res.destroy(given ?? nodeError(Error, "ECONNRESET", "aborted"));
    }
    this.socket.finish(this.res?.complete !== true);
    callback(this.res === undefined ? error : null);
  }

  #readHeaders({ headers, auth, setHost }: RequestOptions): void {
    if (headers !== undefined && headers !== null) this.#headers.setAll(headers);
    const { protocol, host, port } = this.#target;
    if (setHost !== false && !this.#headers.has("host")) {
      const authority = host.includes(":") ? `[${host}]` : host;
      const usual = port === (protocol === "https:" ? 443 : 80);
      this.#headers.set("Host", usual ? authority : `${authority}:${port}`);
    }
    if (auth && !this.#headers.has("authorization")) this.#headers.set("Authorization", basicAuthorization(auth));
    if (/\bupgrade\b/i.test(String(this.#headers.get("connection") ?? "")) || this.method === "CONNECT") {
      throw nodeError(
        Error,
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
        "A function's http client cannot upgrade a connection or open a tunnel: " +
          "use the global WebSocket for web sockets, and net or tls for other protocols",
      );
    }
  }

  #listenTo(signal: AbortSignal | undefined): void {
    if (signal === undefined || signal === null) return;
    const aborted = (): void => {
      const error = new Error("The operation was aborted", { cause: signal.reason });
      this.destroy(Object.assign(error, { name: "AbortError", code: "ABORT_ERR" }));
    };
    if (signal.aborted) setTimeout(aborted, 0);
    else {
      signal.addEventListener("abort", aborted, { once: true });
      this.once("close", () => signal.removeEventListener("abort", aborted));
    }
  }

  /** Comes after the code that made the request, so that its listeners are there; a body still to come begins to flow. */
  #begin(): void {
    if (this.destroyed) return;
    this.emit("socket", this.socket);
    if (this.#headers.has("expect")) this.emit("continue");
    if (!this.#body.isEmpty) this.#send();
  }

  #send(): void {
    if (this.#body.opened || this.destroyed) return;
    this.headersSent = true;
    this.socket.active();
    const { url, method, host } = this.#target;
    let tls: ReturnType<typeof tlsHead> | undefined;
    try {
      tls = this.#secure === undefined ? undefined : tlsHead(this.#secure, this.#secure.servername ?? host);
    } catch (error) {
      this.destroy(error);
      return;
    }
    const body = this.#body.open();
    const request = { url, method, headers: this.#headers.toPairs(), redirect: "manual" as const, raw: true, body };
    this.#exchange.open(tls === undefined ? request : { ...request, tls }).then(
      (response) => this.#receive(response),
      (failure: unknown) => this.#fail(failure),
    );
  }

  #receive({ head, body }: ExchangeResponse): void {
    if (this.destroyed) return;
    this.socket.active();
    const response = new IncomingMessage(head, this.#watched(body), this.socket);
    this.res = response;
    response.req = this;
    response.once("close", () => {
      this.destroy();
    });
    if (!this.emit("response", response)) response.resume();
  }

  /** The body's source, each piece of which counts as activity. */
  #watched(body: Bytes | ByteSource): ByteSource {
    const whole = bytesOf(body);
    if (whole === undefined) {
      const source = body as ByteSource;
      return {
        read: async () => {
          const piece = await source.read();
          this.socket.active();
          return piece;
        },
        cancel: (reason) => source.cancel(reason),
      };
    }
    let left: Bytes | undefined = whole;
    return {
      read: async () => {
        const piece = left?.length === 0 ? undefined : left;
        left = undefined;
        return piece;
      },
      cancel: () => undefined,
    };
  }

  #fail(failure: unknown): void {
    if (this.destroyed) return;
    const { host, port } = this.#target;
    const code = (failure as { code?: unknown } | null)?.code;
    if (typeof code !== "string") this.destroy(failure);
    else this.destroy(code.startsWith("UND_ERR_SOCKET") ? hangUp() : connectError(failure, host, port));
  }
}

function hangUp(): Error {
  return nodeError(Error, "ECONNRESET", "socket hang up");
}
