import { isIP } from "node:net";
import type { EgressDenial, EgressRule } from "@sluice/core";
import { isPublicAddress, isThisMachine, plainAddress } from "./address-rules.ts";

/** Ports that speak protocols which a forged HTTP request could abuse (from the Fetch standard's list, and Redis). */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);
/** A socket says what it likes, so nothing is forged; but nobody's function is to send spam (Lambda blocks it too). */
const SMTP_PORT = 25;

export interface EgressPolicyOptions {
  /** What the function's manifest says. */
  readonly rule: EgressRule;
  /** What of the private hosts it asks for its tenant may be given; `*`: anything. */
  readonly granted: readonly string[];
  /** `host:port` of the platform's own services: never. */
  readonly protectedEndpoints: readonly string[];
}

/** Where to: a name or an address without brackets, in lower case. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

export type EgressVerdict =
  | { readonly ok: true; readonly privateAllowed: boolean }
  | { readonly ok: false; readonly reason: string; readonly denial?: EgressDenial };

/** Where one function's connections may go. Names are judged before, and addresses after, they are resolved. */
export class EgressPolicy {
  readonly #options: EgressPolicyOptions;

  constructor(options: EgressPolicyOptions) {
    this.#options = options;
  }

  /** Judges a URL; for a name, the addresses behind it must pass `allowsAddress` as well. */
  judge(url: URL): EgressVerdict {
    if (!/^(https?|wss?):$/.test(url.protocol)) {
      return { ok: false, reason: `'${url.protocol}' URLs cannot be fetched; use http: or https:` };
    }
    const { host, port } = destinationOf(url);
    const listed = this.#isListed(host, port) || this.#isPrivateGranted(host, port);
    if (BLOCKED_PORTS.has(port) && !listed) return { ok: false, reason: blockedPort(host, port), denial: "port" };
    return this.#judge(host, port);
  }

  /** Judges where a socket is to connect; for a name, its addresses must pass `allowsAddress` as well. */
  judgeSocket({ host, port }: Destination): EgressVerdict {
    const listed = this.#isListed(host, port) || this.#isPrivateGranted(host, port);
    if (port === SMTP_PORT && !listed) return { ok: false, reason: blockedPort(host, port), denial: "port" };
    return this.#judge(host, port);
  }

  /** Judges a resolved address of a destination that passed. */
  allowsAddress(address: string, port: number, privateAllowed: boolean): boolean {
    if (this.#isProtected(address, port)) return false;
    return privateAllowed || isPublicAddress(address);
  }

  /** Whether the function may reach a private host of this name at some port. */
  knowsPrivate(host: string): boolean {
    const { rule } = this.#options;
    const ports = rule.allowPrivate.map((pattern) => Number(/:(\d+)$/.exec(pattern)?.[1] ?? 443));
    return ports.some((port) => this.#isPrivateGranted(host, port));
  }

  #judge(host: string, port: number): EgressVerdict {
    if (this.#isProtected(host, port))
      return { ok: false, reason: `${host}:${port} belongs to the platform itself`, denial: "platform" };
    if (this.#isPrivateGranted(host, port)) return { ok: true, privateAllowed: true };
    if (isIP(host) !== 0 && !isPublicAddress(host))
      return { ok: false, reason: privateReason(host, port), denial: "private" };
    if (this.#options.rule.allow !== undefined && !this.#isListed(host, port)) {
      const reason =
        `${host}:${port} is not among the hosts that this function may reach; ` +
        `to allow it, add '${host}:${port}' to egress.allow of the function in sluice.yaml`;
      return { ok: false, reason, denial: "not-listed" };
    }
    return { ok: true, privateAllowed: false };
  }

  /** Every name and address of this machine is the same place, and so is every way of writing an address. */
  #isProtected(host: string, port: number): boolean {
    const plain = plainAddress(host);
    return this.#options.protectedEndpoints.some((endpoint) => {
      const colon = endpoint.lastIndexOf(":");
      if (Number(endpoint.slice(colon + 1)) !== port) return false;
      const name = plainAddress(bareHost(endpoint.slice(0, colon)));
      return name === plain || (isThisMachine(name) && isThisMachine(plain));
    });
  }

  #isListed(host: string, port: number): boolean {
    return this.#options.rule.allow?.some((pattern) => matches(pattern, host, port)) ?? false;
  }

  #isPrivateGranted(host: string, port: number): boolean {
    const { rule, granted } = this.#options;
    if (!rule.allowPrivate.some((pattern) => matches(pattern, host, port))) return false;
    return granted.includes("*") || granted.some((pattern) => matches(pattern, host, port));
  }
}

/** A host as it is compared: lower case, without brackets or the root's dot. */
export function bareHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

export function destinationOf(url: URL): Destination {
  const secure = url.protocol === "https:" || url.protocol === "wss:";
  return { host: bareHost(url.hostname), port: url.port === "" ? (secure ? 443 : 80) : Number(url.port) };
}

export function privateReason(host: string, port: number): string {
  return `${host} is a private address; to allow it, add '${host}:${port}' to egress.allowPrivate of the function in sluice.yaml`;
}

function blockedPort(host: string, port: number): string {
  return `port ${port} is blocked; to allow it, add '${host}:${port}' to egress.allow of the function in sluice.yaml`;
}

function matches(pattern: string, host: string, port: number): boolean {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(pattern.toLowerCase());
  if (match === null) return false;
  const name = bareHost(match[1] ?? "");
  if (match[2] !== undefined && Number(match[2]) !== port) return false;
  if (name.startsWith("*.")) return isIP(host) === 0 && host.endsWith(name.slice(1));
  return plainAddress(host) === plainAddress(name);
}
