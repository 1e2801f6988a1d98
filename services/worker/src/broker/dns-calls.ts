import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { type DnsAnswer, type DnsQuestion, HOST_CALLS } from "@sluice/core";
import { isPublicAddress } from "./address-rules.ts";
import { EgressDenied, refuseWithFault } from "./egress-error.ts";
import { bareHost, privateReason } from "./egress-policy.ts";
import type { GuestCallHandler, GuestCall } from "./guest-call.ts";
import type { TenantEgress } from "./tenant-egress.ts";

/** Of a private host nothing is told unless the function may reach it at one port at least. */
const ANY_PORT = 443;
const TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"]);
const RECORDS_MAX = 256;

/** Guests' questions to the name service. Private addresses are withheld: they would map the network we run in. */
export function dnsCalls(egress: TenantEgress): [number, GuestCallHandler][] {
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  return [
    [
      HOST_CALLS["dns.resolve"].op,
      async (call) => {
        try {
          const records = await answer(egress, resolver, call, JSON.parse(call.text) as DnsQuestion);
          const reply: DnsAnswer = { records: records.slice(0, RECORDS_MAX) };
          return { ok: true, text: JSON.stringify(reply) };
        } catch (error) {
          return refuseWithFault("Error", error);
        }
      },
    ],
  ];
}

async function answer(
  egress: TenantEgress,
  resolver: Resolver,
  call: GuestCall,
  question: DnsQuestion,
): Promise<readonly unknown[]> {
  const host = bareHost(String(question.host));
  if (host === "" || host.length > 253) throw new EgressDenied("that is no host name");
  const policy = await egress.policyOf(call.functionVersion);
  const allowed = policy.knowsPrivate(host);
  const mayTell = (address: string): boolean => allowed || isPublicAddress(address);
  if (question.type === "lookup") {
    if (isIP(host) !== 0) return [{ address: host, family: isIP(host) }];
    const family = question.family === 4 || question.family === 6 ? question.family : 0;
    const found = await egress.resolve(call.functionVersion.tenant, host, family);
    const told = found.filter(({ address }) => mayTell(address));
    if (told.length < found.length && told.length === 0)
      throw new EgressDenied(privateReason(host, ANY_PORT), "private");
    return told;
  }
  if (!TYPES.has(question.type))
    throw new EgressDenied(`records of type '${String(question.type)}' cannot be asked for`);
  const records = (await resolver.resolve(host, question.type)) as unknown as readonly unknown[];
  const isAddress = question.type === "A" || question.type === "AAAA";
  const told = isAddress ? records.filter((address) => mayTell(String(address))) : records;
  if (told.length === 0 && records.length > 0) throw new EgressDenied(privateReason(host, ANY_PORT), "private");
  return told;
}
