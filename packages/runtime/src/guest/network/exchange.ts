import { type HttpRequestHead, type HttpResponseHead, LIMITS } from "@sluice/core";
import { callAsync, callAtOnce, type HostReply } from "../bridge/async-calls.ts";
import type { ByteSource } from "../fetch/byte-source.ts";
import { IntrinsicPromise, jsonParse, jsonStringify, toText } from "../primordials.ts";
import { type Bytes, bytesOf, copyBytes } from "../web/bytes.ts";

export interface ExchangeRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly redirect: HttpRequestHead["redirect"];
  readonly raw: boolean;
  readonly tls?: HttpRequestHead["tls"];
  readonly body: Bytes | ByteSource | undefined;
}

export interface ExchangeResponse {
  readonly head: HttpResponseHead;
  /** The whole body when it came with its head; else what brings it. */
  readonly body: Bytes | ByteSource;
}

const NO_BYTES = new Uint8Array(0);
let lastExchange = 0;

/**
 * One HTTP exchange by the host, who checks addresses, redirects and limits. Bodies come and go in pieces, each asked
 * for; a small body travels with its head, so that a small exchange is one call.
 */
export class Exchange {
  readonly #id = String(++lastExchange);
  #failure: { readonly reason: unknown } | undefined;
  #giveUp: ((reason: unknown) => void) | undefined;
  #over = false;

  /** Resolves with the response's head. @throws the host's failure, or what the request's own body failed with */
  async open(request: ExchangeRequest): Promise<ExchangeResponse> {
    const { body } = request;
    try {
      const inline = body === undefined || isInline(body);
      const head = headJson(this.#id, request, !inline);
      const reply = inline
        ? callAsync("http.open", head, body === undefined ? undefined : copyBytes(body))
        : callAtOnce("http.open", head);
      if (!inline) void this.#pump(isBytes(body) ? pieces(body) : body);
      const { text, bytes } = await this.#unlessCancelled(reply);
      const received = jsonParse(text) as HttpResponseHead;
      const first = bytes === undefined ? NO_BYTES : new Uint8Array(bytes);
      return { head: received, body: received.more ? this.#source(first) : this.#whole(first) };
    } catch (error) {
      this.#over = true;
      throw this.#failure === undefined ? error : this.#failure.reason;
    }
  }

  /** Nobody wants the rest. What waits for a piece of it fails with the reason. */
  cancel(reason: unknown): void {
    this.#failure ??= { reason };
    if (this.#over) return;
    this.#over = true;
    this.#giveUp?.(reason);
    void ignore(callAtOnce("http.cancel", this.#id));
  }

  /** Who gives up need not wait for the host to hear of it. */
  #unlessCancelled(reply: Promise<HostReply>): Promise<HostReply> {
    return new IntrinsicPromise<HostReply>((resolve, reject) => {
      this.#giveUp = reject;
      if (this.#failure !== undefined) reject(this.#failure.reason);
      void this.#pass(reply, resolve, reject);
    });
  }

  async #pass(
    reply: Promise<HostReply>,
    resolve: (reply: HostReply) => void,
    reject: (error: unknown) => void,
  ): Promise<void> {
    try {
      resolve(await reply);
      // The host may have answered before it heard of that.
      if (this.#failure !== undefined) void ignore(callAtOnce("http.cancel", this.#id));
    } catch (error) {
      reject(error);
    }
  }

  #whole(bytes: Bytes): Bytes {
    this.#over = true;
    return bytes;
  }

  #source(first: Bytes): ByteSource {
    let ready: Bytes | undefined = first.length > 0 ? first : undefined;
    return {
      read: async () => {
        if (this.#failure !== undefined) throw this.#failure.reason;
        const piece = ready ?? (await this.#read());
        ready = undefined;
        return piece;
      },
      cancel: (reason) => {
        this.cancel(reason);
      },
    };
  }

  async #read(): Promise<Bytes | undefined> {
    if (this.#over) return undefined;
    try {
      const { text, bytes } = await callAtOnce("http.read", this.#id);
      if (text === "more") return bytes === undefined ? NO_BYTES : new Uint8Array(bytes);
      this.#over = true;
      return undefined;
    } catch (error) {
      this.#over = true;
      throw this.#failure === undefined ? error : this.#failure.reason;
    }
  }

  async #pump(source: ByteSource): Promise<void> {
    try {
      for (;;) {
        const piece = await source.read();
        if (piece === undefined) break;
        for (let at = 0; at < piece.length && !this.#over; at += LIMITS.networkChunkBytes) {
          const chunk = piece.subarray(at, at + LIMITS.networkChunkBytes);
          await callAtOnce("http.write", this.#id, copyBytes(chunk));
        }
        if (this.#over) {
          await source.cancel(this.#failure?.reason);
          return;
        }
      }
      await callAtOnce("http.end", this.#id);
    } catch (error) {
      this.cancel(error);
    }
  }
}

function isBytes(body: Bytes | ByteSource): body is Bytes {
  return bytesOf(body) !== undefined;
}

function isInline(body: Bytes | ByteSource): body is Bytes {
  return isBytes(body) && body.length <= LIMITS.fetchInlineBytesMax;
}

/** The bytes, of which nothing is copied before its turn. */
function pieces(bytes: Bytes): ByteSource {
  let at = 0;
  return {
    read: async () => {
      if (at >= bytes.length) return undefined;
      const piece = bytes.subarray(at, at + LIMITS.networkChunkBytes);
      at += piece.length;
      return piece;
    },
    cancel: () => undefined,
  };
}

/** HttpRequestHead, built from strings alone. */
function headJson(id: string, request: ExchangeRequest, follows: boolean): string {
  const { headers: list, body } = request;
  let headers = "";
  for (let at = 0; at < list.length; at++) {
    const [name, value] = list[at] as readonly [string, string];
    headers += `${at === 0 ? "" : ","}[${jsonStringify(name)},${jsonStringify(value)}]`;
  }
  // Of bytes the length is known, and many servers want to know it.
  if (follows && body !== undefined && isBytes(body)) {
    headers += `${headers === "" ? "" : ","}["content-length","${toText(body.length)}"]`;
  }
  const tls = request.tls === undefined ? "" : `,"tls":${jsonStringify(request.tls)}`;
  return (
    `{"exchange":${id},"url":${jsonStringify(request.url)},"method":${jsonStringify(request.method)},` +
    `"headers":[${headers}],"redirect":${jsonStringify(request.redirect)},"raw":${request.raw ? "true" : "false"},` +
    `"body":"${follows ? "follows" : "whole"}"${tls}}`
  );
}

async function ignore(reply: Promise<unknown>): Promise<void> {
  try {
    await reply;
  } catch {
    // It is gone already.
  }
}
