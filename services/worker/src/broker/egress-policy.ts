import { isIP } from "node:net";
import { isPublicAddress, isThisMachine } from "./address-rules.ts";

/** Ports that speak protocols which a forged HTTP request could abuse (from the Fetch standard's list, and Redis). */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

export interface EgressPolicyOptions {
  /** `host`, `host:port` or `*.domain[:port]` that the function's manifest asks for. */
  readonly asked: readonly string[];
  /** What its tenant may be given; `*`: anything it asks for. */
  readonly granted: readonly string[];
  /** `host:port` of the platform's own services: never. */
  readonly protectedEndpoints: readonly string[];
}

export type EgressVerdict =
  | { readonly ok: true; readonly privateAllowed: boolean }
  | { readonly ok: false; readonly reason: string };

/** Where one function's requests may go. Names are judged before, and addresses after, they are resolved. */
export class EgressPolicy {
  readonly #options: EgressPolicyOptions;

  constructor(options: EgressPolicyOptions) {
    this.#options = options;
  }

  /** Judges a URL; for a name, the addresses behind it must pass `allowsAddress` as well. */
  judge(url: URL): EgressVerdict {
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      return { ok: false, reason: `'${url.protocol}' URLs cannot be fetched; use http: or https:` };
    }
    const host = hostOf(url);
    const port = portOf(url);
    if (this.#isProtected(host, port)) return { ok: false, reason: `${host}:${port} belongs to the platform itself` };
    const privateAllowed = this.#isAllowed(host, port);
    if (BLOCKED_PORTS.has(port) && !privateAllowed) return { ok: false, reason: `port ${port} is blocked` };
    if (isIP(host) !== 0 && !isPublicAddress(host) && !privateAllowed)
      return { ok: false, reason: privateReason(host, port) };
    return { ok: true, privateAllowed };
  }

  /** Judges a resolved address of a URL that `judge` let pass. */
  allowsAddress(address: string, port: number, privateAllowed: boolean): boolean {
    if (this.#isProtected(address, port)) return false;
    return privateAllowed || isPublicAddress(address);
  }

  /** Every name and address of this machine is the same place. */
  #isProtected(host: string, port: number): boolean {
    return this.#options.protectedEndpoints.some((endpoint) => {
      const colon = endpoint.lastIndexOf(":");
      if (Number(endpoint.slice(colon + 1)) !== port) return false;
      const name = endpoint
        .slice(0, colon)
        .replace(/^\[|\]$/g, "")
        .toLowerCase();
      return name === host || (isThisMachine(name) && isThisMachine(host));
    });
  }

  #isAllowed(host: string, port: number): boolean {
    const { asked, granted } = this.#options;
    if (!asked.some((pattern) => matches(pattern, host, port))) return false;
    return granted.includes("*") || granted.some((pattern) => matches(pattern, host, port));
  }
}

function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

export function privateReason(host: string, port: number): string {
  return `${host} is a private address; to allow it, add '${host}:${port}' to egress.allowPrivate of the function in sluice.yaml`;
}

function matches(pattern: string, host: string, port: number): boolean {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(pattern.toLowerCase());
  if (match === null) return false;
  const name = (match[1] ?? "").replace(/^\[|\]$/g, "");
  if (match[2] !== undefined && Number(match[2]) !== port) return false;
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) : host === name;
}
