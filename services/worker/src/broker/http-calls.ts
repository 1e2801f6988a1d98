import { HOST_CALLS, type HttpRequestHead, type HttpResponseHead, LIMITS } from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { decodeBody, ENCODINGS } from "./content-decoding.ts";
import { refuseWithFault } from "./egress-error.ts";
import { type GuestCall, type GuestCallHandler, refuse } from "./guest-call.ts";
import { Holdings } from "./holdings.ts";
import { HttpClient, type HttpResponse, valueOf } from "./http-client.ts";
import { HttpExchange } from "./http-exchange.ts";
import { cleanHeaders, withChain, withDefaults } from "./request-headers.ts";
import type { TenantEgress } from "./tenant-egress.ts";

export interface HttpBrokerOptions {
  readonly egress: TenantEgress;
  /** Trace header of the chain that a call continues; undefined: none is known. */
  readonly chainOf?: ((call: GuestCall) => string | undefined) | undefined;
  readonly silenceMs?: number;
  readonly orphanMs?: number;
  readonly totalMs?: number;
}

const NO_BYTES = new Uint8Array(0);
const DONE: BrokerReply = { ok: true, text: "" };

/** Makes guests' HTTP requests and hands their bodies on in pieces, in both directions, as fast as the slower side. */
export class HttpBroker {
  readonly #options: HttpBrokerOptions;
  readonly #client: HttpClient;
  readonly #exchanges = new Holdings<HttpExchange>("HTTP exchanges", LIMITS.exchangesPerEnvironment);

  constructor(options: HttpBrokerOptions) {
    this.#options = options;
    this.#client = new HttpClient({
      egress: options.egress,
      silenceMs: options.silenceMs ?? LIMITS.fetchTimeoutMs,
    });
  }

  calls(): [number, GuestCallHandler][] {
    return [
      [HOST_CALLS["http.open"].op, (call) => this.#open(call)],
      [HOST_CALLS["http.read"].op, (call) => this.#read(call)],
      [HOST_CALLS["http.write"].op, (call) => this.#write(call)],
      [HOST_CALLS["http.end"].op, (call) => this.#end(call)],
      [HOST_CALLS["http.cancel"].op, (call) => this.#cancel(call)],
    ];
  }

  /** Exchanges that are open now. */
  get open(): number {
    return this.#exchanges.size;
  }

  async stop(): Promise<void> {
    this.#exchanges.destroyAll();
    await this.#client.stop();
  }

  async #open(call: GuestCall): Promise<BrokerReply> {
    const head = JSON.parse(call.text) as HttpRequestHead;
    const bodyFollows = head.body === "follows";
    const exchange: HttpExchange = new HttpExchange({
      bodyFollows,
      orphanMs: this.#options.orphanMs ?? LIMITS.orphanExchangeMs,
      totalMs: this.#options.totalMs ?? LIMITS.fetchTotalMs,
      onEnd: () => this.#exchanges.remove(call, head.exchange, exchange),
    });
    try {
      this.#exchanges.add(call, head.exchange, exchange);
      exchange.attend(call.signal);
      const response = await this.#send(call, head, exchange);
      exchange.receive(head.raw ? response.body : decodeBody(response.body, encodingOf(head, response)));
      const { bytes, more } = await exchange.readFirst();
      const { status, statusText, headers, url, redirected } = response;
      const reply: HttpResponseHead = { status, statusText, headers, url: url.href, redirected, more };
      return { ok: true, text: JSON.stringify(reply), bytes };
    } catch (error) {
      const cancelled = exchange.signal.aborted;
      exchange.destroy();
      if (exchange.fault !== undefined) return refuseWithFault("TypeError", exchange.fault);
      if (cancelled && !call.environment.aborted) return refuse("AbortError", "The request was given up", "ABORT_ERR");
      return refuseWithFault("TypeError", error);
    }
  }

  async #send(call: GuestCall, head: HttpRequestHead, exchange: HttpExchange): Promise<HttpResponse> {
    const policy = await this.#options.egress.policyOf(call.functionVersion);
    const bodyFollows = head.body === "follows";
    const headers = withChain(cleanHeaders(head.headers, bodyFollows), this.#options.chainOf?.(call));
    const first = {
      url: new URL(head.url),
      method: head.method,
      headers: head.raw ? headers : withDefaults(headers, ENCODINGS),
      body: exchange.requestBody ?? (call.bytes.length > 0 ? call.bytes : null),
    };
    const { tenant } = call.functionVersion;
    return await this.#client.send(first, head.redirect, { tenant, policy, signal: exchange.signal, tls: head.tls });
  }

  async #read(call: GuestCall): Promise<BrokerReply> {
    const exchange = this.#find(call);
    if (exchange === undefined) return refuse("Error", "the response is closed", "Egress.Closed");
    try {
      const chunk = await exchange.read();
      if (chunk.kind === "data") return { ok: true, text: "more", bytes: chunk.bytes };
      return { ok: true, text: "end", bytes: NO_BYTES };
    } catch (error) {
      exchange.destroy();
      return refuseWithFault("TypeError", exchange.fault ?? error);
    }
  }

  async #write(call: GuestCall): Promise<BrokerReply> {
    await this.#find(call)?.write(call.bytes);
    return DONE;
  }

  async #end(call: GuestCall): Promise<BrokerReply> {
    this.#find(call)?.requestBody?.end();
    return DONE;
  }

  async #cancel(call: GuestCall): Promise<BrokerReply> {
    this.#find(call)?.destroy();
    return DONE;
  }

  #find(call: GuestCall): HttpExchange | undefined {
    const exchange = this.#exchanges.get(call, Number(call.text));
    exchange?.attend(call.signal);
    return exchange;
  }
}

/** A response to HEAD, and one without a body, tell an encoding of which there is nothing to decode. */
function encodingOf({ method }: HttpRequestHead, { status, headers }: HttpResponse): string {
  if (method === "HEAD" || status === 204 || status === 304) return "";
  return valueOf(headers, "content-encoding") ?? "";
}
