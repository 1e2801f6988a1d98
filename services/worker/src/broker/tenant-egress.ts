import { lookup as dnsLookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { FunctionVersion, KeyStore } from "@sluice/core";
import { bareHost, EgressPolicy } from "./egress-policy.ts";

/** Names to addresses, as the system does it. */
export type Resolve = (hostname: string, family: 0 | 4 | 6) => Promise<readonly ResolvedAddress[]>;

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface TenantEgressOptions {
  readonly keys: KeyStore;
  /** `host:port` of the platform's own services. */
  readonly protectedEndpoints: readonly string[];
  readonly now: () => number;
  readonly resolve?: Resolve;
}

const PROTECTED_FRESH_MS = 30_000;
/** Name lookups take threads that all tenants share; one tenant's slow names must not take them all. */
const LOOKUPS_PER_TENANT = 2;

const systemResolve: Resolve = (hostname, family) => dnsLookup(hostname, { all: true, family });

/** What applies to whose connections: the policy of a function, and its tenant's share of name lookups. */
export class TenantEgress {
  readonly #options: TenantEgressOptions;
  readonly #resolve: Resolve;
  readonly #lookups = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  #protected: { readonly at: number; readonly endpoints: Promise<readonly string[]> } | undefined;

  constructor(options: TenantEgressOptions) {
    this.#options = options;
    this.#resolve = options.resolve ?? systemResolve;
  }

  async policyOf(version: FunctionVersion): Promise<EgressPolicy> {
    const rule = version.config.egress;
    const asks = rule.allowPrivate.length > 0;
    const tenant = asks ? await this.#options.keys.getTenant(version.tenant) : undefined;
    const protectedEndpoints = await this.#protectedEndpoints();
    return new EgressPolicy({ rule, granted: tenant?.privateEgress ?? [], protectedEndpoints });
  }

  /** Addresses of a name, at most a few names of one tenant at a time. */
  async resolve(tenant: string, hostname: string, family: 0 | 4 | 6): Promise<readonly ResolvedAddress[]> {
    const lane = this.#lookups.get(tenant) ?? { running: 0, waiting: [] };
    this.#lookups.set(tenant, lane);
    if (lane.running >= LOOKUPS_PER_TENANT) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    else lane.running += 1;
    try {
      return await this.#resolve(hostname, family);
    } finally {
      const next = lane.waiting.shift();
      if (next !== undefined) next();
      else if (--lane.running === 0) this.#lookups.delete(tenant);
    }
  }

  /** Endpoints by name are protected under their addresses as well. */
  #protectedEndpoints(): Promise<readonly string[]> {
    const now = this.#options.now();
    if (this.#protected === undefined || now - this.#protected.at > PROTECTED_FRESH_MS) {
      this.#protected = { at: now, endpoints: this.#resolveProtected() };
    }
    return this.#protected.endpoints;
  }

  async #resolveProtected(): Promise<readonly string[]> {
    const { protectedEndpoints } = this.#options;
    const more = await Promise.all(
      protectedEndpoints.map(async (endpoint) => {
        const colon = endpoint.lastIndexOf(":");
        const name = bareHost(endpoint.slice(0, colon));
        if (isIP(name) !== 0) return [];
        const addresses = await this.#resolve(name, 0).catch(() => []);
        return addresses.map(({ address }) => `[${address}]:${endpoint.slice(colon + 1)}`);
      }),
    );
    return [...protectedEndpoints, ...more.flat()];
  }
}
