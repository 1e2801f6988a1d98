import { decodePunycode, encodePunycode } from "./punycode.ts";

/**
 * Takes the place of the tr46 package, whose tables are 220 kB: the mapping of UTS #46 is what V8's own Unicode data
 * gives by compatibility normalisation and lower case, but for a few characters. Directional (Bidi) rules are not
 * checked: the host that resolves the name parses the address again, with full tables.
 */
export function toASCII(domain: string): string | null {
  const labels: string[] = [];
  for (const label of map(domain).split(".")) {
    const converted = toAsciiLabel(label);
    if (converted === null) return null;
    labels.push(converted);
  }
  return labels.join(".");
}

/** Ignored by UTS #46: soft hyphen, joiners, variation selectors and the like. */
const IGNORED =
  /\u00ad|\u034f|[\u180b-\u180d\u180f]|\u200b|\u2060|\u2064|[\ufe00-\ufe0f]|\ufeff|[\u{1bca0}-\u{1bca3}]|[\u{e0100}-\u{e01ef}]/gu;

function map(domain: string): string {
  const prepared = domain
    .replace(IGNORED, "")
    .replace(/[\u3002\uff0e\uff61]/g, ".")
    .replaceAll("\u1e9e", "\u00df");
  // Twice: lower case may bring forth what is not normal, and normal form what is not lower case.
  return foldCase(foldCase(prepared).normalize("NFKC")).normalize("NFKC").replace(IGNORED, "");
}

/** Lower case by character: the final form of sigma depends on its neighbours, which a mapping must not. */
function foldCase(text: string): string {
  let folded = "";
  for (const char of text) folded += char === "\u0130" ? "i\u0307" : char.toLowerCase();
  return folded;
}

/** Unassigned, private, surrogate and control characters, spaces, and what the standard disallows by name. */
const DISALLOWED =
  /[\p{Cn}\p{Co}\p{Cs}\p{Z}\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2061-\u2063\u2066-\u206f\u2ff0-\u2fff\ufff9-\ufffd\u{e0001}-\u{e007f}]/u;

function toAsciiLabel(label: string): string | null {
  if (/^[\0-\x7f]*$/.test(label)) return label.startsWith("xn--") ? checkPunycode(label) : label;
  if (!isValid(label)) return null;
  return `xn--${encodePunycode(label)}`;
}

function checkPunycode(label: string): string | null {
  const decoded = decodePunycode(label.slice(4));
  if (decoded === undefined || decoded === "" || /^[\0-\x7f]*$/.test(decoded)) return null;
  return map(decoded) === decoded && isValid(decoded) ? label : null;
}

function isValid(label: string): boolean {
  if (label.startsWith("xn--") || /^\p{M}/u.test(label) || DISALLOWED.test(label)) return false;
  // A joiner may only follow a virama, or stand between letters that join.
  return !/(?:^|[\0-\x7f])[\u200c\u200d]/.test(label);
}
