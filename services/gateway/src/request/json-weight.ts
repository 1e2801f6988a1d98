/** Deeper than any document that people write, and shallow enough for every parser on its way. */
const DEPTH_MAX = 1_000;
/** Arrays and objects: what takes a parser long. With so many, 6 MiB are read in some 100 ms. */
const CONTAINERS_MAX = 200_000;
/** Numbers and the like: more than 6 MiB can hold, so it concerns the requests that carry code alone. */
const VALUES_MAX = 4_000_000;
/** A smaller text cannot be heavy enough to matter. */
const LIGHT_BYTES = 2_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Whether parsing this JSON text would keep the process from everybody else: 1 MB of brackets takes over a second. Reads
 * each byte once and keeps nothing; whether it is JSON at all is for the parser to say.
 *
 * @returns what there is too much of; undefined when it may be parsed
 */
export function heavyJson(bytes: Uint8Array): string | undefined {
  if (bytes.length <= LIGHT_BYTES) return undefined;
  let depth = 0;
  let containers = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COMMA) {
      values += 1;
      if (values > VALUES_MAX) return `it holds more than ${VALUES_MAX} values`;
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth += 1;
      containers += 1;
      if (depth > DEPTH_MAX) return `it nests deeper than ${DEPTH_MAX} levels`;
      if (containers > CONTAINERS_MAX) return `it holds more than ${CONTAINERS_MAX} arrays and objects`;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth -= 1;
  }
  return undefined;
}

/** The closing quote, or the end of the text. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return bytes.length;
}
