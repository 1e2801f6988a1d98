import { BlockList, isIP, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * Which addresses the public Internet has. Everything else — this machine, private networks, link-local with its
 * metadata services, multicast, reserved, and the IPv6 forms that carry an IPv4 address inside — needs permission.
 * Sources: IANA special-purpose registries for IPv4 and IPv6.
 */
const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** Global unicast is 2000::/3; all else is special. Inside it, these are not plain hosts. */
const PRIVATE_V6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const v4 = new BlockList();
for (const [network, bits] of PRIVATE_V4) v4.addSubnet(network, bits, "ipv4");
const v6 = new BlockList();
for (const [network, bits] of PRIVATE_V6) v6.addSubnet(network, bits, "ipv6");
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** The one way of writing an address: an IPv4 address inside an IPv6 one (::ffff:7f00:1) as IPv4, no zone. */
export function plainAddress(address: string): string {
  const [bare = ""] = address.split("%");
  if (isIP(bare) !== 6) return bare;
  const { hostname } = new URL(`http://[${bare}]/`);
  const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname);
  if (mapped === null) return hostname.slice(1, -1);
  const high = Number.parseInt(mapped[1] ?? "", 16);
  const low = Number.parseInt(mapped[2] ?? "", 16);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** @param address an IP literal; anything else counts as private, because it cannot be judged */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !v4.check(address, "ipv4");
  if (isIP(address) === 6) return globalUnicast.check(address, "ipv6") && !v6.check(address, "ipv6");
  return false;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addSubnet("0.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
loopback.addAddress("::", "ipv6");

/** Whether a name or address is this machine's own, in any form: loopback, unspecified, or one of its interfaces. */
export function isThisMachine(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const version = isIP(host);
  if (version === 0) return false;
  // Also judges IPv4 addresses inside IPv6 ones (::ffff:127.0.0.1).
  if (loopback.check(host, version === 4 ? "ipv4" : "ipv6")) return true;
  const plain = plainAddress(host);
  return Object.values(networkInterfaces()).some((list) =>
    list?.some(({ address }) => plainAddress(address) === plain),
  );
}
