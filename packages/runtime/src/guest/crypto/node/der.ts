import { type Bytes, joinBytes } from "../../web/bytes.ts";

/** As much of DER as the envelope of an encrypted key needs. */
export const TAG = { integer: 0x02, octets: 0x04, nil: 0x05, oid: 0x06, sequence: 0x30 } as const;

export interface DerItem {
  readonly tag: number;
  readonly content: Bytes;
}

/** The items that bytes consist of; undefined when they are no DER. */
export function readDer(bytes: Bytes): readonly DerItem[] | undefined {
  const items: DerItem[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++] as number;
    let length = bytes[at++] ?? 0;
    if (length > 0x83) return undefined;
    if (length >= 0x80) {
      const count = length - 0x80;
      length = 0;
      for (let digit = 0; digit < count; digit++) length = length * 256 + (bytes[at++] ?? 0);
    }
    if (at + length > bytes.length) return undefined;
    items.push({ tag, content: bytes.slice(at, at + length) });
    at += length;
  }
  return items;
}

export function der(tag: number, ...contents: readonly Bytes[]): Bytes {
  const content = joinBytes(contents);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return joinBytes([Uint8Array.from(head), content]);
}

export function derInteger(value: number): Bytes {
  const bytes: number[] = [];
  for (let left = value; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  if (bytes.length === 0 || (bytes[0] as number) >= 0x80) bytes.unshift(0);
  return der(TAG.integer, Uint8Array.from(bytes));
}

/** @returns NaN for what is no number of at most 6 bytes */
export function integerOf(item: DerItem | undefined): number {
  if (item?.tag !== TAG.integer || item.content.length > 6) return Number.NaN;
  return item.content.reduce((sum, byte) => sum * 256 + byte, 0);
}

export function hexOf(bytes: Bytes): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

export function bytesOfHex(hex: string): Bytes {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
