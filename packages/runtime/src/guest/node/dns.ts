import type { DnsAnswer, DnsQuestion } from "@sluice/core";
import { callAsync } from "../bridge/async-calls.ts";
import { jsonParse, jsonStringify } from "../primordials.ts";
import { checkFunction, nodeError } from "./node-error.ts";
import { connectError } from "./net/socket-error.ts";

interface LookupOptions {
  readonly family?: number | "IPv4" | "IPv6";
  readonly all?: boolean;
}

interface Address {
  readonly address: string;
  readonly family: number;
}

type Callback = (error: unknown, ...results: unknown[]) => void;

async function ask(host: unknown, type: DnsQuestion["type"], family: 0 | 4 | 6 = 0): Promise<readonly unknown[]> {
  const question: DnsQuestion = { host: String(host), type, family };
  try {
    const { text } = await callAsync("dns.resolve", jsonStringify(question));
    return (jsonParse(text) as DnsAnswer).records;
  } catch (failure) {
    const error = connectError(failure, question.host, 0);
    const query = type === "lookup" ? "getaddrinfo" : `query${type.charAt(0)}${type.slice(1).toLowerCase()}`;
    if (/^E[A-Z_]+$/.test(error.code)) error.message = `${query} ${error.code} ${question.host}`;
    throw Object.assign(error, { hostname: question.host, syscall: query });
  }
}

async function lookup(host: unknown, given: LookupOptions | number = {}): Promise<Address | readonly Address[]> {
  const options = typeof given === "object" && given !== null ? given : { family: given };
  const family = options.family === "IPv4" ? 4 : options.family === "IPv6" ? 6 : options.family;
  const found = (await ask(host ?? "localhost", "lookup", family === 4 || family === 6 ? family : 0)) as Address[];
  const [first] = found;
  if (first === undefined) {
    const error = nodeError(Error, "ENOTFOUND", `getaddrinfo ENOTFOUND ${String(host)}`);
    throw Object.assign(error, { hostname: host, syscall: "getaddrinfo" });
  }
  return "all" in options && options.all ? found : first;
}

const of =
  (type: DnsQuestion["type"]) =>
  (host: unknown): Promise<readonly unknown[]> =>
    ask(host, type);

const resolvers = {
  resolve4: of("A"),
  resolve6: of("AAAA"),
  resolveCname: of("CNAME"),
  resolveMx: of("MX"),
  resolveNs: of("NS"),
  resolvePtr: of("PTR"),
  resolveSrv: of("SRV"),
  resolveTxt: of("TXT"),
  resolve: (host: unknown, type: DnsQuestion["type"] = "A") => ask(host, typeof type === "string" ? type : "A"),
};

/** What would name the machines around us, or change which name servers answer. */
function refuse(name: string): never {
  throw nodeError(
    Error,
    "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
    `dns.${name} is not available in a function: names are resolved by the platform; use dns.lookup or dns.resolve`,
  );
}

const common = {
  getServers: (): string[] => [],
  setServers: () => refuse("setServers"),
  getDefaultResultOrder: () => "verbatim",
  setDefaultResultOrder: () => undefined,
  reverse: () => refuse("reverse"),
  NODATA: "ENODATA",
  NOTFOUND: "ENOTFOUND",
  SERVFAIL: "ESERVFAIL",
  REFUSED: "EREFUSED",
  TIMEOUT: "ETIMEOUT",
};

class PromisesResolver {
  cancel(): void {}
}
Object.assign(PromisesResolver.prototype, resolvers, common);

/** `node:dns/promises`. */
export const dnsPromises = { lookup, ...resolvers, ...common, Resolver: PromisesResolver };

/** The callback form of a function that answers with one value. */
function withCallback(run: (...args: never[]) => Promise<unknown>): (...args: unknown[]) => void {
  return (...args) => {
    const callback = args.pop();
    checkFunction(callback, "callback");
    run(...(args as never[])).then(
      (result) => callback(null, result),
      (error: unknown) => callback(error),
    );
  };
}

const callbackResolvers = Object.fromEntries(
  Object.entries(resolvers).map(([name, run]) => [name, withCallback(run as (...args: never[]) => Promise<unknown>)]),
);

function lookupWithCallback(host: unknown, options: LookupOptions | number | Callback, last?: Callback): void {
  const callback = typeof options === "function" ? options : last;
  checkFunction(callback, "callback");
  lookup(host, typeof options === "function" ? {} : options).then(
    (found) => {
      if (Array.isArray(found)) callback(null, found);
      else callback(null, (found as Address).address, (found as Address).family);
    },
    (error: unknown) => callback(error),
  );
}

class Resolver {
  cancel(): void {}
}
Object.assign(Resolver.prototype, callbackResolvers, common);

/** `node:dns`. */
export const dns = {
  lookup: lookupWithCallback,
  ...callbackResolvers,
  ...common,
  Resolver,
  promises: dnsPromises,
  ADDRCONFIG: 1024,
  V4MAPPED: 2048,
  ALL: 256,
};
