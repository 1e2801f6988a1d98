import { isIP } from "node:net";
import { HOST_CALLS, LIMITS, type SocketOpenHead, type SocketOptionsHead, type TlsUpgradeHead } from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { EgressDenied, refuseWithFault } from "./egress-error.ts";
import { bareHost } from "./egress-policy.ts";
import { type GuestCall, type GuestCallHandler, refuse } from "./guest-call.ts";
import { GuestSocket } from "./guest-socket.ts";
import { Holdings } from "./holdings.ts";
import { judgedLookup } from "./judged-lookup.ts";
import type { TenantEgress } from "./tenant-egress.ts";

const DONE: BrokerReply = { ok: true, text: "" };

/** Guests' TCP and TLS connections. They live as long as the isolate that opened them, over all its invocations. */
export class SocketBroker {
  readonly #egress: TenantEgress;
  readonly #sockets = new Holdings<GuestSocket>("sockets", LIMITS.socketsPerEnvironment);

  constructor(egress: TenantEgress) {
    this.#egress = egress;
  }

  calls(): [number, GuestCallHandler][] {
    return [
      [HOST_CALLS["net.open"].op, (call) => this.#open(call)],
      [HOST_CALLS["net.tls"].op, (call) => this.#secure(call)],
      [HOST_CALLS["net.read"].op, (call) => this.#read(call)],
      [HOST_CALLS["net.write"].op, (call) => this.#write(call)],
      [HOST_CALLS["net.end"].op, (call) => this.#end(call)],
      [HOST_CALLS["net.close"].op, (call) => this.#close(call)],
      [HOST_CALLS["net.configure"].op, (call) => this.#configure(call)],
    ];
  }

  /** Sockets that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  stop(): void {
    this.#sockets.destroyAll();
  }

  async #open(call: GuestCall): Promise<BrokerReply> {
    const head = JSON.parse(call.text) as SocketOpenHead;
    let socket: GuestSocket | undefined;
    try {
      socket = await this.#make(call, head);
      return { ok: true, text: JSON.stringify(await socket.connect(head.tls)) };
    } catch (error) {
      if (socket !== undefined) this.#drop(call, head.socket, socket);
      return refuseWithFault("Error", error);
    }
  }

  async #make(call: GuestCall, head: SocketOpenHead): Promise<GuestSocket> {
    const to = { host: bareHost(String(head.host)), port: head.port };
    if (!Number.isInteger(to.port) || to.port < 1 || to.port > 65_535) throw new EgressDenied("there is no such port");
    // Anything that a resolver would read as an address, but is not written as one, is judged by what it resolves to.
    if (to.host === "" || (isIP(to.host) === 0 && !/^[a-z0-9._-]{1,253}$/.test(to.host))) {
      throw new EgressDenied("that is no host name");
    }
    const policy = await this.#egress.policyOf(call.functionVersion);
    const verdict = policy.judgeSocket(to);
    if (!verdict.ok) throw new EgressDenied(verdict.reason, verdict.denial);
    const { privateAllowed } = verdict;
    const { tenant } = call.functionVersion;
    const lookup = judgedLookup({ egress: this.#egress, tenant, policy, port: to.port, privateAllowed });
    const socket = new GuestSocket({ to, family: head.family === 4 || head.family === 6 ? head.family : 0, lookup });
    try {
      this.#sockets.add(call, head.socket, socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket;
  }

  async #secure(call: GuestCall): Promise<BrokerReply> {
    const { socket: id, tls } = JSON.parse(call.text) as TlsUpgradeHead;
    const socket = this.#sockets.get(call, id);
    if (socket === undefined) return closed();
    try {
      return { ok: true, text: JSON.stringify(await socket.secure(tls)) };
    } catch (error) {
      this.#drop(call, id, socket);
      return refuseWithFault("Error", error);
    }
  }

  async #read(call: GuestCall): Promise<BrokerReply> {
    const id = Number(call.text);
    const socket = this.#sockets.get(call, id);
    if (socket === undefined) return closed();
    try {
      const chunk = await socket.read();
      if (chunk.kind === "data") return { ok: true, text: "more", bytes: chunk.bytes };
      return { ok: true, text: chunk.kind === "stopped" ? "moved" : "end" };
    } catch (error) {
      this.#drop(call, id, socket);
      return refuseWithFault("Error", error);
    }
  }

  async #write(call: GuestCall): Promise<BrokerReply> {
    const socket = this.#sockets.get(call, Number(call.text));
    if (socket === undefined) return closed();
    await socket.write(call.bytes);
    return DONE;
  }

  async #end(call: GuestCall): Promise<BrokerReply> {
    this.#sockets.get(call, Number(call.text))?.end();
    return DONE;
  }

  async #close(call: GuestCall): Promise<BrokerReply> {
    const id = Number(call.text);
    const socket = this.#sockets.get(call, id);
    if (socket !== undefined) this.#drop(call, id, socket);
    return DONE;
  }

  async #configure(call: GuestCall): Promise<BrokerReply> {
    const options = JSON.parse(call.text) as SocketOptionsHead;
    this.#sockets.get(call, options.socket)?.configure(options);
    return DONE;
  }

  #drop(call: GuestCall, id: number, socket: GuestSocket): void {
    this.#sockets.remove(call, id, socket);
    socket.destroy();
  }
}

function closed(): BrokerReply {
  return refuse("Error", "write EPIPE: the socket is closed", "EPIPE");
}
