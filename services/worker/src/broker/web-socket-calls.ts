import {
  HOST_CALLS,
  LIMITS,
  type WebSocketCloseHead,
  type WebSocketMessage,
  type WebSocketOpenHead,
  type WebSocketReport,
} from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { EgressDenied, refuseWithFault } from "./egress-error.ts";
import { destinationOf } from "./egress-policy.ts";
import { type GuestCall, type GuestCallHandler, refuse } from "./guest-call.ts";
import { GuestWebSocket } from "./guest-web-socket.ts";
import { Holdings } from "./holdings.ts";
import { judgedLookup } from "./judged-lookup.ts";
import type { TenantEgress } from "./tenant-egress.ts";

const DONE: BrokerReply = { ok: true, text: "" };

/** Guests' web sockets: as long-lived as their sockets. Pings are answered here. */
export class WebSocketBroker {
  readonly #egress: TenantEgress;
  readonly #sockets = new Holdings<GuestWebSocket>("web sockets", LIMITS.socketsPerEnvironment);

  constructor(egress: TenantEgress) {
    this.#egress = egress;
  }

  calls(): [number, GuestCallHandler][] {
    return [
      [HOST_CALLS["ws.open"].op, (call) => this.#open(call)],
      [HOST_CALLS["ws.read"].op, (call) => this.#read(call)],
      [HOST_CALLS["ws.send"].op, (call) => this.#send(call)],
      [HOST_CALLS["ws.close"].op, (call) => this.#close(call)],
    ];
  }

  get open(): number {
    return this.#sockets.size;
  }

  stop(): void {
    this.#sockets.destroyAll();
  }

  async #open(call: GuestCall): Promise<BrokerReply> {
    const head = JSON.parse(call.text) as WebSocketOpenHead;
    let socket: GuestWebSocket | undefined;
    try {
      socket = await this.#make(call, head);
      const report: WebSocketReport = await socket.opened();
      return { ok: true, text: JSON.stringify(report) };
    } catch (error) {
      if (socket !== undefined) this.#drop(call, head.socket, socket);
      return refuseWithFault("Error", error);
    }
  }

  async #make(call: GuestCall, { socket: id, url: address, protocols }: WebSocketOpenHead): Promise<GuestWebSocket> {
    const url = new URL(address);
    if (url.protocol !== "ws:" && url.protocol !== "wss:") throw new EgressDenied("a web socket's URL is ws: or wss:");
    const policy = await this.#egress.policyOf(call.functionVersion);
    const verdict = policy.judge(url);
    if (!verdict.ok) throw new EgressDenied(verdict.reason, verdict.denial);
    const { port } = destinationOf(url);
    const { tenant } = call.functionVersion;
    const { privateAllowed } = verdict;
    const lookup = judgedLookup({ egress: this.#egress, tenant, policy, port, privateAllowed });
    const socket = new GuestWebSocket({ url, protocols: protocols.map(String), lookup });
    try {
      this.#sockets.add(call, id, socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket;
  }

  async #read(call: GuestCall): Promise<BrokerReply> {
    const id = Number(call.text);
    const socket = this.#sockets.get(call, id);
    if (socket === undefined) return gone();
    const message = await socket.next();
    if (message.type === "close") this.#drop(call, id, socket);
    const { bytes, ...told } = message;
    return { ok: true, text: JSON.stringify(told satisfies WebSocketMessage), bytes };
  }

  async #send(call: GuestCall): Promise<BrokerReply> {
    const [id, kind] = call.text.split(" ");
    if (call.bytes.length > LIMITS.webSocketMessageBytesMax) {
      const message = `a message may have at most ${LIMITS.webSocketMessageBytesMax} bytes`;
      return refuse("RangeError", message, "Egress.Limit");
    }
    await this.#sockets.get(call, Number(id))?.send(call.bytes, kind === "binary");
    return DONE;
  }

  async #close(call: GuestCall): Promise<BrokerReply> {
    const head = JSON.parse(call.text) as WebSocketCloseHead;
    const socket = this.#sockets.get(call, head.socket);
    if (head.abandon === true && socket !== undefined) this.#drop(call, head.socket, socket);
    else socket?.close(head.code, head.reason);
    return DONE;
  }

  #drop(call: GuestCall, id: number, socket: GuestWebSocket): void {
    this.#sockets.remove(call, id, socket);
    socket.destroy();
  }
}

function gone(): BrokerReply {
  return refuse("Error", "the web socket is closed", "Egress.Closed");
}
