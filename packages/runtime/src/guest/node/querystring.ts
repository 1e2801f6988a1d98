import { toText } from "../primordials.ts";
import { invalidArgType } from "./node-error.ts";

type Fields = Record<string, string | string[]>;

interface ParseOptions {
  readonly maxKeys?: number;
  readonly decodeURIComponent?: (text: string) => string;
}

interface StringifyOptions {
  readonly encodeURIComponent?: (text: string) => string;
}

/** What `encodeURIComponent` leaves as it is; a lone surrogate is refused by both. */
function escape(text: unknown): string {
  return encodeURIComponent(toText(text));
}

/** Broken escapes stay as they are, and bytes that are no UTF-8 become replacement characters: it never throws. */
function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return new TextDecoder().decode(unescapeBuffer(text));
  }
}

function unescapeBuffer(text: string): Buffer {
  const source = Buffer.from(text);
  const target = Buffer.alloc(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    const hex = source[at] === 0x25 ? source.toString("latin1", at + 1, at + 3) : "";
    const escaped = /^[\da-f]{2}$/i.test(hex);
    target[length++] = escaped ? Number.parseInt(hex, 16) : (source[at] as number);
    if (escaped) at += 2;
  }
  return target.subarray(0, length);
}

function decode(text: string, own: ((text: string) => string) | undefined): string {
  const spaced = text.replaceAll("+", " ");
  if (own === undefined) return querystring.unescape(spaced);
  try {
    return own(spaced);
  } catch {
    return unescape(spaced);
  }
}

function parse(text: unknown, separator = "&", equals = "=", options: ParseOptions = {}): Fields {
  const fields = Object.create(null) as Fields;
  if (typeof text !== "string" || text === "") return fields;
  const { maxKeys = 1_000, decodeURIComponent: own } = options;
  let pairs = text.split(separator || "&").filter((pair) => pair !== "");
  if (maxKeys > 0) pairs = pairs.slice(0, maxKeys);
  for (const pair of pairs) {
    const at = pair.indexOf(equals || "=");
    const name = decode(at < 0 ? pair : pair.slice(0, at), own);
    const value = at < 0 ? "" : decode(pair.slice(at + (equals || "=").length), own);
    const present = fields[name];
    if (present === undefined) fields[name] = value;
    else if (typeof present === "string") fields[name] = [present, value];
    else present.push(value);
  }
  return fields;
}

function primitive(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  return typeof value === "bigint" || typeof value === "boolean" ? String(value) : "";
}

function stringify(fields: unknown, separator = "&", equals = "=", options: StringifyOptions = {}): string {
  if (typeof fields !== "object" || fields === null) return "";
  const encode = options.encodeURIComponent ?? querystring.escape;
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const prefix = encode(name) + equals;
    for (const each of Array.isArray(value) ? value : [value]) pairs.push(prefix + encode(primitive(each)));
  }
  return pairs.join(separator);
}

/** `node:querystring`. */
export const querystring = {
  parse,
  stringify,
  escape: (text: unknown): string => {
    if (typeof text === "symbol") throw invalidArgType("str", "of type string", text);
    return escape(text);
  },
  unescape,
  unescapeBuffer,
  decode: parse,
  encode: stringify,
};
