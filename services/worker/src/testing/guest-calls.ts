import { DEFAULT_FUNCTION_CONFIG, type EgressRule, HOST_CALLS, type HostCallName } from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { createMemoryStores } from "@sluice/store";
import { NetworkBroker, type NetworkBrokerOptions } from "../broker/network-broker.ts";

/** Calls the network's broker as one environment would, without a cell. */
export class GuestCalls {
  readonly network: NetworkBroker;
  readonly environment = new AbortController();
  run = new AbortController();
  readonly #egress: EgressRule;
  readonly #tenant: string;

  private constructor(network: NetworkBroker, egress: EgressRule, tenant: string) {
    this.network = network;
    this.#egress = egress;
    this.#tenant = tenant;
  }

  static async create(
    egress: EgressRule,
    options: Partial<NetworkBrokerOptions> & { readonly granted?: readonly string[] } = {},
  ): Promise<GuestCalls> {
    const { granted = ["*"], ...rest } = options;
    const { keys } = createMemoryStores({ now: () => 0 });
    for (const name of ["default", "other"]) await keys.putTenant({ name, privateEgress: [...granted] });
    const network = new NetworkBroker({ keys, protectedEndpoints: [], now: () => 0, ...rest });
    return new GuestCalls(network, egress, "default");
  }

  /** Another isolate, perhaps of another tenant. */
  neighbour(tenant = "default"): GuestCalls {
    return new GuestCalls(this.network, this.#egress, tenant);
  }

  async call(name: HostCallName, argument: unknown, bytes: Uint8Array = new Uint8Array(0)): Promise<BrokerReply> {
    const handler = new Map(this.network.calls()).get(HOST_CALLS[name].op);
    if (handler === undefined) throw new Error(`nobody answers ${name}`);
    return await handler({
      functionVersion: {
        tenant: this.#tenant,
        name: "f",
        version: "1",
        codeDigest: "",
        codeBytes: 0,
        sourceMapDigest: null,
        upload: null,
        revisionId: "",
        createdAt: 0,
        config: { ...DEFAULT_FUNCTION_CONFIG, egress: this.#egress },
      },
      version: {
        key: "",
        tenant: this.#tenant,
        definition: {} as never,
        loadCode: () => Promise.reject(new Error("unused")),
      },
      invocationId: "",
      op: HOST_CALLS[name].op,
      text: typeof argument === "string" ? argument : JSON.stringify(argument),
      bytes,
      signal: this.run.signal,
      environment: this.environment.signal,
    });
  }
}

export const textOf = (reply: BrokerReply): string =>
  reply.ok ? Buffer.from(reply.bytes ?? []).toString() : reply.message;
