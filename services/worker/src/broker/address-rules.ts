import { BlockList, isIP, isIPv4 } from "node:net";

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

/** @param address an IP literal; anything else counts as private, because it cannot be judged */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !v4.check(address, "ipv4");
  if (isIP(address) === 6) return globalUnicast.check(address, "ipv6") && !v6.check(address, "ipv6");
  return false;
}
