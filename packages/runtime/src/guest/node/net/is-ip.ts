const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const V4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);
const GROUP = /^[0-9a-fA-F]{1,4}$/;

export function isIPv4(text: unknown): boolean {
  return V4.test(String(text));
}

/** RFC 4291: eight groups, one run of zeros as `::`, the last two groups perhaps as an IPv4 address; a zone after `%`. */
export function isIPv6(text: unknown): boolean {
  const [address = "", ...zone] = String(text).split("%");
  if (zone.length > 1 || zone[0] === "") return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [at, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    const isLast = at === halves.length - 1;
    for (const [index, part] of parts.entries()) {
      if (isLast && index === parts.length - 1 && isIPv4(part)) groups += 2;
      else if (GROUP.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

export function isIP(text: unknown): 0 | 4 | 6 {
  return isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0;
}
