import { isIP, type LookupFunction } from "node:net";
import { EgressDenied } from "./egress-error.ts";
import { type EgressPolicy, privateReason } from "./egress-policy.ts";
import type { TenantEgress } from "./tenant-egress.ts";

export interface JudgedLookupOptions {
  readonly egress: TenantEgress;
  readonly tenant: string;
  readonly policy: EgressPolicy;
  readonly port: number;
  readonly privateAllowed: boolean;
}

/**
 * The name lookup of one connection. The address that is judged here is the one that is connected to: a name server has
 * no second chance to give another answer (DNS rebinding). Address literals never come here; the policy judges them.
 */
export function judgedLookup(options: JudgedLookupOptions): LookupFunction {
  const { egress, tenant, policy, port, privateAllowed } = options;
  return (hostname, { family, all }, callback) => {
    egress.resolve(tenant, hostname, family === 4 || family === 6 ? family : 0).then(
      (addresses) => {
        const [first] = addresses;
        const bad = addresses.find(
          ({ address }) => isIP(address) === 0 || !policy.allowsAddress(address, port, privateAllowed),
        );
        if (bad !== undefined) return callback(new EgressDenied(privateReason(hostname, port), "private"), "", 0);
        if (first === undefined) return callback(new EgressDenied(`${hostname} has no address`), "", 0);
        if (all) return callback(null, [...addresses]);
        return callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}
