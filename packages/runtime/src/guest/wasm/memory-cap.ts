/** Pages of 64 KiB in a MiB. */
export const PAGES_PER_MB = 16;

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;
/** Shared and 64-bit memories have the same form of limits; what else the flags may mean, this does not know. */
const KNOWN_FLAGS = 0b111;

export type Capped =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** It asks for more from the start. */
  | { readonly ok: false; readonly pages: number };

/**
 * A module whose own memories can grow to `maxPages` and no further: what `memory.grow` takes inside of a module is
 * counted by no heap limit. Bytes that are no module are answered as they are, for the engine to say so.
 */
export function capMemories(bytes: Uint8Array, maxPages: number): Capped {
  const unchanged: Capped = { ok: true, bytes };
  const section = findMemorySection(bytes);
  if (section === undefined) return unchanged;
  const reader = new Reader(bytes, section.content);
  const limits: number[] = [];
  let changed = false;
  const count = reader.unsigned();
  limits.push(...encode(count));
  for (let index = 0; index < count; index++) {
    const flags = reader.byte();
    if ((flags & ~KNOWN_FLAGS) !== 0) return unchanged;
    const initial = reader.unsigned();
    const maximum = (flags & HAS_MAXIMUM) === 0 ? Number.POSITIVE_INFINITY : reader.unsigned();
    if (initial > maxPages) return { ok: false, pages: initial };
    changed ||= maximum > maxPages;
    limits.push(flags | HAS_MAXIMUM, ...encode(initial), ...encode(Math.min(maximum, maxPages)));
  }
  if (!changed || !reader.isAt(section.end)) return unchanged;
  const head = [MEMORY_SECTION, ...encode(limits.length), ...limits];
  const capped = new Uint8Array(section.start + head.length + bytes.length - section.end);
  capped.set(bytes.subarray(0, section.start));
  capped.set(head, section.start);
  capped.set(bytes.subarray(section.end), section.start + head.length);
  return { ok: true, bytes: capped };
}

interface Section {
  /** Of its id. */
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

function findMemorySection(bytes: Uint8Array): Section | undefined {
  const reader = new Reader(bytes, HEADER_BYTES);
  while (!reader.ended) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.unsigned();
    const content = reader.at;
    const end = content + size;
    if (!(end <= bytes.length)) return undefined;
    if (id === MEMORY_SECTION) return { start, content, end };
    reader.at = end;
  }
  return undefined;
}

/** Reads LEB128; past the end everything is NaN, which passes no comparison. */
class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.#bytes.length;
  }

  isAt(end: number): boolean {
    return this.at === end;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? Number.NaN;
  }

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte % 128) * factor;
      if (!(byte >= 128)) return value;
    }
  }
}

function encode(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}
