import { LIMITS, type WebSocketMessage, type WebSocketReport } from "@sluice/core";
import { callAsync, callAtOnce } from "../bridge/async-calls.ts";
import { domException, loadUrl } from "../lazy.ts";
import {
  brand,
  IntrinsicTypeError,
  jsonParse,
  jsonStringify,
  objectDefineProperty,
  regExpExec,
  toNumber,
  toText,
  toWellFormed,
} from "../primordials.ts";
import { type Bytes, bytesOf, copyBytes } from "./bytes.ts";
import { CloseEvent, ErrorEvent } from "./event-classes.ts";
import { Event } from "./event.ts";
import { EventTarget } from "./event-target.ts";
import { MessageEvent } from "./message-event.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

type Handler = ((event: Event) => unknown) | null;
type BlobLike = { readonly size: number; arrayBuffer(): Promise<ArrayBuffer> };

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const REASON_BYTES = 123;
const NO_BYTES = new ArrayBuffer(0);
let lastSocket = 0;

/** The standard's client. The connection is the host's, who also answers pings; it outlives the invocation. */
export class WebSocket extends EventTarget {
  binaryType: "blob" | "arraybuffer" = "blob";
  readonly #id = toText(++lastSocket);
  readonly #url: string;
  readonly #handlers: Record<string, Handler> = { __proto__: null };
  #state: number = STATES.CONNECTING;
  #protocol = "";
  #extensions = "";
  #buffered = 0;
  #sent: Promise<unknown> = Promise.resolve();

  constructor(url: unknown, protocols: string | readonly string[] = []) {
    super();
    this.#url = parseUrl(url);
    const list = typeof protocols === "string" ? [protocols] : [...protocols].map(toText);
    if (new Set(list).size < list.length || list.some((name) => regExpExec(TOKEN, name) === null)) {
      throw domException("A subprotocol is not a token, or is repeated", "SyntaxError");
    }
    void this.#open(list);
  }

  get url(): string {
    return this.#url;
  }

  get readyState(): number {
    return this.#state;
  }

  get protocol(): string {
    return this.#protocol;
  }

  get extensions(): string {
    return this.#extensions;
  }

  get bufferedAmount(): number {
    return this.#buffered;
  }

  send(data: unknown): void {
    if (this.#state === STATES.CONNECTING) throw domException("The web socket is not open yet", "InvalidStateError");
    const bytes = bytesOf(data);
    if (bytes !== undefined) this.#send(new Uint8Array(copyBytes(bytes)), "binary");
    else if (isBlob(data)) this.#sendBlob(data);
    else this.#send(encodeUtf8(toWellFormed(toText(data))), "text");
  }

  close(code?: number, reason?: string): void {
    const number = code === undefined ? undefined : toNumber(code);
    if (number !== undefined && number !== 1000 && !(number >= 3000 && number <= 4999)) {
      throw domException(`The close code must be 1000 or from 3000 to 4999, not ${toText(code)}`, "InvalidAccessError");
    }
    const text = reason === undefined ? undefined : toWellFormed(toText(reason));
    if (text !== undefined && encodeUtf8(text).length > REASON_BYTES) {
      throw domException(`The close reason has more than ${REASON_BYTES} bytes`, "SyntaxError");
    }
    if (this.#state >= STATES.CLOSING) return;
    const connecting = this.#state === STATES.CONNECTING;
    this.#state = STATES.CLOSING;
    const sent = connecting ? Promise.resolve() : this.#sent;
    void sent.then(() =>
      this.#close({ code: number ?? (text === undefined ? undefined : 1000), reason: text, abandon: connecting }),
    );
  }

  async #open(protocols: readonly string[]): Promise<void> {
    try {
      const head = `{"socket":${this.#id},"url":${jsonStringify(this.#url)},"protocols":${jsonStringify(protocols)}}`;
      const { text } = await callAsync("ws.open", head);
      if (this.#state !== STATES.CONNECTING) throw new IntrinsicTypeError("The web socket was closed");
      const report = jsonParse(text) as WebSocketReport;
      this.#protocol = report.protocol;
      this.#extensions = report.extensions;
      this.#state = STATES.OPEN;
      this.#fire(new Event("open"));
    } catch (error) {
      void this.#close({ abandon: true });
      return this.#fail(error);
    }
    await this.#receive();
  }

  async #receive(): Promise<void> {
    try {
      for (;;) {
        const { text, bytes } = await callAtOnce("ws.read", this.#id);
        const message = jsonParse(text) as WebSocketMessage;
        if (message.type === "close") {
          this.#state = STATES.CLOSED;
          if (!message.wasClean) this.#fire(errorEvent(new IntrinsicTypeError("The connection was lost")));
          this.#fire(new CloseEvent("close", message));
          return;
        }
        if (this.#state === STATES.OPEN) {
          const data = this.#dataOf(message.type, bytes ?? NO_BYTES);
          this.#fire(new MessageEvent("message", { data, origin: this.#origin() }));
        }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #dataOf(type: "text" | "binary", bytes: ArrayBuffer): unknown {
    if (type === "text") return decodeUtf8(new Uint8Array(bytes));
    const { Blob } = globalThis as { Blob?: new (parts: unknown[]) => unknown };
    return this.binaryType === "arraybuffer" || Blob === undefined ? bytes : new Blob([bytes]);
  }

  #origin(): string {
    const end = this.#url.indexOf("/", this.#url.indexOf("//") + 2);
    return this.#url.slice(0, end);
  }

  #send(bytes: Bytes, kind: "text" | "binary"): void {
    this.#buffered += bytes.length;
    if (this.#state !== STATES.OPEN) return;
    if (bytes.length > LIMITS.webSocketMessageBytesMax) {
      const message = `A message may have at most ${LIMITS.webSocketMessageBytesMax} bytes`;
      throw domException(message, "QuotaExceededError");
    }
    this.#follow(() => callAtOnce("ws.send", `${this.#id} ${kind}`, copyBytes(bytes)), bytes.length);
  }

  #sendBlob(blob: BlobLike): void {
    this.#buffered += blob.size;
    this.#follow(async () => callAtOnce("ws.send", `${this.#id} binary`, await blob.arrayBuffer()), blob.size);
  }

  /** One after the other: the host takes the next when there is room for it. */
  #follow(send: () => Promise<unknown>, size: number): void {
    this.#sent = this.#sent.then(send).then(
      () => {
        this.#buffered -= size;
      },
      () => undefined,
    );
  }

  async #close(head: { code?: number | undefined; reason?: string | undefined; abandon: boolean }): Promise<void> {
    try {
      const { code, reason, abandon } = head;
      const said = { code, reason, abandon, socket: toNumber(this.#id) };
      await callAtOnce("ws.close", jsonStringify(said));
    } catch {
      // It is gone already.
    }
  }

  #fail(error: unknown): void {
    if (this.#state === STATES.CLOSED) return;
    this.#state = STATES.CLOSED;
    this.#fire(errorEvent(error));
    this.#fire(new CloseEvent("close", { code: 1006 }));
  }

  #fire(event: Event): void {
    this.dispatchEvent(event);
  }

  static {
    for (const type of ["open", "message", "error", "close"]) {
      objectDefineProperty(WebSocket.prototype, `on${type}`, {
        configurable: true,
        enumerable: true,
        get(this: WebSocket) {
          return this.#handlers[type] ?? null;
        },
        set(this: WebSocket, handler: unknown) {
          // It runs in the order of its first setting, whatever is put in its place later.
          if (!(type in this.#handlers)) this.addEventListener(type, (event) => this.#handlers[type]?.(event));
          this.#handlers[type] = typeof handler === "function" ? (handler as Handler) : null;
        },
      });
    }
    for (const [name, value] of Object.entries(STATES)) {
      objectDefineProperty(WebSocket, name, { value, enumerable: true });
      objectDefineProperty(WebSocket.prototype, name, { value, enumerable: true });
    }
  }
}

brand(WebSocket, "WebSocket");

function errorEvent(error: unknown): Event {
  const message = toText((error as { message?: unknown } | null)?.message ?? error);
  return new ErrorEvent("error", { error, message });
}

function parseUrl(input: unknown): string {
  const { URL } = loadUrl();
  const url = URL.parse(toText(input));
  if (url === null) throw domException(`'${toText(input)}' is not a URL`, "SyntaxError");
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw domException(`A web socket's URL begins with ws: or wss:, not ${url.protocol}`, "SyntaxError");
  }
  if (url.href.includes("#")) throw domException("A web socket's URL has no fragment", "SyntaxError");
  return url.href;
}

function isBlob(value: unknown): value is BlobLike {
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as { arrayBuffer?: unknown }).arrayBuffer === "function" && "size" in value;
}
