import { isArray } from "../primordials.ts";
import { type Inspection, inspectPrimitive, inspectValue, quote } from "./inspect.ts";

const ITEMS_MAX = 100;
/** Node's `breakLength` and the width up to which short objects stay on one line (`compact: 3`). */
const LINE_COLUMNS = 80;
const COMPACT_COLUMNS = 72;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** One line when it is short and flat, else one part a line. */
export function join(prefix: string, open: string, parts: readonly string[], close: string, inner: Inspection): string {
  const total = parts.reduce((sum, part) => sum + part.length + 2, prefix.length);
  const flat = parts.every((part) => !part.includes("\n"));
  if (flat && total + inner.indent <= COMPACT_COLUMNS + 4 && total <= LINE_COLUMNS) {
    return `${prefix}${open} ${parts.join(", ")} ${close}`;
  }
  const margin = `\n${" ".repeat(inner.indent)}`;
  return `${prefix}${open}${margin}${parts.join(`,${margin}`)}\n${" ".repeat(inner.indent - 2)}${close}`;
}

export function inspectProperties(value: object, inner: Inspection, skip = 0): string[] {
  const parts: string[] = [];
  const keys = Reflect.ownKeys(value);
  for (let at = skip; at < keys.length; at++) {
    const key = keys[at] as PropertyKey;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined || (!descriptor.enumerable && !inner.showHidden)) continue;
    if (isArray(value) && key === "length") continue;
    if (parts.length === ITEMS_MAX * 10) {
      parts.push(`... ${keys.length - at} more properties`);
      break;
    }
    parts.push(`${keyText(key, descriptor)}: ${propertyText(descriptor, inner)}`);
  }
  return parts;
}

function keyText(key: PropertyKey, descriptor: PropertyDescriptor): string {
  let text: string;
  if (typeof key === "symbol") text = `[${inspectPrimitive(key)}]`;
  else text = IDENTIFIER.test(String(key)) ? String(key) : quote(String(key));
  return descriptor.enumerable ? text : `[${text}]`;
}

function propertyText(descriptor: PropertyDescriptor, inner: Inspection): string {
  if (descriptor.get !== undefined) return descriptor.set === undefined ? "[Getter]" : "[Getter/Setter]";
  if (descriptor.set !== undefined) return "[Setter]";
  return inspectValue(descriptor.value, inner);
}

export function inspectArray(value: readonly unknown[], name: string | null, inner: Inspection): string {
  const { length } = value;
  const prefix = isArray(value) && name === "Array" ? "" : `${name ?? "[Array: null prototype]"}(${length}) `;
  const parts: string[] = [];
  let holes = 0;
  const flushHoles = (): void => {
    if (holes > 0) parts.push(`<${holes} empty item${holes === 1 ? "" : "s"}>`);
    holes = 0;
  };
  let at = 0;
  for (; at < length && parts.length < ITEMS_MAX && holes < 1e6; at++) {
    if (at in value) {
      flushHoles();
      parts.push(inspectValue(value[at], inner));
    } else holes++;
  }
  flushHoles();
  if (at < length) parts.push(`... ${length - at} more item${length - at === 1 ? "" : "s"}`);
  // Own keys come in order: the indices first, which were shown.
  if (isArray(value)) parts.push(...namedProperties(value, inner));
  if (parts.length === 0) return `${prefix}[]`;
  return parts.length > 6 ? joinColumns(prefix, parts, inner) : join(prefix, "[", parts, "]", inner);
}

function namedProperties(value: readonly unknown[], inner: Inspection): string[] {
  if (Object.keys(value).length <= Math.min(value.length, 1e5)) {
    const last = Object.keys(value).at(-1);
    if (last === undefined || /^\d+$/.test(last)) return [];
  }
  return inspectProperties(Object.fromEntries(Object.entries(value).filter(([key]) => !/^\d+$/.test(key))), inner);
}

/** Many short items share lines. */
function joinColumns(prefix: string, parts: readonly string[], inner: Inspection): string {
  if (parts.some((part) => part.length > 16 || part.includes("\n"))) return join(prefix, "[", parts, "]", inner);
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (line !== "" && line.length + part.length + 2 > COMPACT_COLUMNS - inner.indent) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? part : `, ${part}`;
  }
  lines.push(line);
  return lines.length === 1 ? `${prefix}[ ${line} ]` : join(prefix, "[", lines, "]", inner);
}

export function inspectMap(map: ReadonlyMap<unknown, unknown>, name: string | null, inner: Inspection): string {
  const parts: string[] = [];
  let left = ITEMS_MAX;
  Map.prototype.forEach.call(map, (value, key) => {
    if (left-- > 0) parts.push(`${inspectValue(key, inner)} => ${inspectValue(value, inner)}`);
  });
  if (left < 0) parts.push(`... ${-left} more item${left === -1 ? "" : "s"}`);
  const prefix = `${name ?? "Map"}(${map.size}) `;
  return parts.length === 0 ? `${prefix}{}` : join(prefix, "{", parts, "}", inner);
}

export function inspectSet(set: ReadonlySet<unknown>, name: string | null, inner: Inspection): string {
  const parts: string[] = [];
  let left = ITEMS_MAX;
  Set.prototype.forEach.call(set, (value) => {
    if (left-- > 0) parts.push(inspectValue(value, inner));
  });
  if (left < 0) parts.push(`... ${-left} more item${left === -1 ? "" : "s"}`);
  const prefix = `${name ?? "Set"}(${set.size}) `;
  return parts.length === 0 ? `${prefix}{}` : join(prefix, "{", parts, "}", inner);
}

/** ArrayBuffer and DataView. */
export function inspectBytes(value: object, tag: string, inner: Inspection): string {
  if (tag === "DataView") {
    const view = value as DataView;
    return join(
      "DataView ",
      "{",
      [`byteLength: ${view.byteLength}`, `byteOffset: ${view.byteOffset}`, `buffer: ${inspectValue(view.buffer, inner)}`],
      "}",
      inner,
    );
  }
  const bytes = new Uint8Array(value as ArrayBuffer);
  let hex = "";
  for (let at = 0; at < bytes.length && at < 50; at++) {
    hex += `${at === 0 ? "" : " "}${(bytes[at] as number).toString(16).padStart(2, "0")}`;
  }
  if (bytes.length > 50) hex += ` ... ${bytes.length - 50} more bytes`;
  return join(`${tag} `, "{", [`[Uint8Contents]: <${hex}>`, `byteLength: ${bytes.length}`], "}", inner);
}
