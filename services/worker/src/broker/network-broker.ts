import { dnsCalls } from "./dns-calls.ts";
import type { GuestCall, GuestCallHandler } from "./guest-call.ts";
import { HttpBroker } from "./http-calls.ts";
import { SocketBroker } from "./socket-calls.ts";
import { TenantEgress, type TenantEgressOptions } from "./tenant-egress.ts";
import { WebHooks } from "./web-hooks.ts";
import { WebSocketBroker } from "./web-socket-calls.ts";

export interface NetworkBrokerOptions extends TenantEgressOptions {
  /** Silence that ends an HTTP exchange, how long one outlives its invocation, and in all; else the platform's limits. */
  readonly silenceMs?: number;
  readonly orphanMs?: number;
  /** Trace header of the chain of invocations that a call continues. */
  readonly chainOf?: (call: GuestCall) => string | undefined;
  readonly totalMs?: number;
}

/** Every way by which guests, and the platform on their behalf, reach the network. */
export class NetworkBroker {
  readonly webHooks: WebHooks;
  readonly #http: HttpBroker;
  readonly #sockets: SocketBroker;
  readonly #webSockets: WebSocketBroker;
  readonly #egress: TenantEgress;

  constructor(options: NetworkBrokerOptions) {
    this.#egress = new TenantEgress(options);
    this.webHooks = new WebHooks(this.#egress);
    this.#http = new HttpBroker({ ...options, egress: this.#egress });
    this.#sockets = new SocketBroker(this.#egress);
    this.#webSockets = new WebSocketBroker(this.#egress);
  }

  calls(): [number, GuestCallHandler][] {
    return [...this.#http.calls(), ...this.#sockets.calls(), ...this.#webSockets.calls(), ...dnsCalls(this.#egress)];
  }

  /** What guests hold open now. */
  get open(): { readonly exchanges: number; readonly sockets: number; readonly webSockets: number } {
    return { exchanges: this.#http.open, sockets: this.#sockets.open, webSockets: this.#webSockets.open };
  }

  async stop(): Promise<void> {
    this.#sockets.stop();
    this.#webSockets.stop();
    await Promise.all([this.#http.stop(), this.webHooks.stop()]);
  }
}
