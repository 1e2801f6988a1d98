import type { EgressDenial, FunctionVersion } from "@sluice/core";
import type { BrokerCall, BrokerReply } from "@sluice/sandbox";

/** A guest's call with the function that it is made for. */
export interface GuestCall extends BrokerCall {
  readonly functionVersion: FunctionVersion;
}

/** With the egress rule that refused it; only the worker hears of that. */
export type GuestReply = BrokerReply & { readonly denial?: EgressDenial | undefined };

export type GuestCallHandler = (call: GuestCall) => Promise<GuestReply>;

/** An answer that becomes an Error in the guest. */
export function refuse(name: string, message: string, code: string): BrokerReply {
  return { ok: false, name, message, code };
}
