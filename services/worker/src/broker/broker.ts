import type { EgressDenial, KvStore } from "@sluice/core";
import type { Broker } from "@sluice/sandbox";
import type { VersionSpecs } from "../version-specs.ts";
import { type GuestCall, type GuestCallHandler, refuse } from "./guest-call.ts";
import { kvCalls } from "./kv.ts";
import type { NetworkBroker } from "./network-broker.ts";

export interface BrokerOptions {
  readonly specs: Pick<VersionSpecs, "versionOf">;
  readonly kv: KvStore;
  readonly network: NetworkBroker;
  readonly onError: (error: unknown) => void;
  /** An egress rule refused a connection; the message is what the function was told. */
  readonly onDenied?: (call: GuestCall, denial: EgressDenial, message: string) => void;
}

/** Answers what guests ask of the world: the only way out of a cell. An unforeseen error shows the guest no detail. */
export function createBroker(options: BrokerOptions): Broker {
  const handlers = new Map<number, GuestCallHandler>([...kvCalls(options.kv), ...options.network.calls()]);
  return async (call) => {
    const handler = handlers.get(call.op);
    const functionVersion = options.specs.versionOf(call.version);
    if (handler === undefined || functionVersion === undefined)
      return refuse("Error", "Unknown host call", "Host.Unknown");
    try {
      const guestCall = { ...call, functionVersion };
      const { denial, ...reply } = await handler(guestCall);
      if (denial !== undefined && !reply.ok) options.onDenied?.(guestCall, denial, reply.message);
      return reply;
    } catch (error) {
      options.onError(error);
      return refuse("Error", "The platform could not do this; try again", "Host.Failed");
    }
  };
}
