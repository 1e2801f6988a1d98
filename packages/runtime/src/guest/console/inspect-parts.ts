import { isArray, mapForEach, setForEach } from "../primordials.ts";
import { inspectPrimitive, quote } from "./inspect-primitive.ts";
import type { Inspection } from "./inspection.ts";

const ITEMS_MAX = 100;
const PROPERTIES_MAX = 1_000;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const INDEX = /^(?:0|[1-9]\d*)$/;

export function propertyParts(inspection: Inspection, value: object, depth: number): string[] {
  const parts: string[] = [];
  const keys = Reflect.ownKeys(value);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string | symbol;
    if (isArray(value) && typeof key === "string" && INDEX.test(key)) continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    if (descriptor?.enumerable !== true) continue;
    if (parts.length === PROPERTIES_MAX) {
      parts.push(`... ${keys.length - at} more properties`);
      break;
    }
    parts.push(`${keyText(key)}: ${propertyText(inspection, descriptor, depth)}`);
  }
  return parts;
}

function keyText(key: string | symbol): string {
  if (typeof key === "symbol") return inspectPrimitive(key);
  return IDENTIFIER.test(key) ? key : quote(key);
}

export function propertyText(inspection: Inspection, descriptor: PropertyDescriptor, depth: number): string {
  if (descriptor.get !== undefined) return descriptor.set === undefined ? "[Getter]" : "[Getter/Setter]";
  if (descriptor.set !== undefined) return "[Setter]";
  return inspection.showNested(descriptor.value, depth);
}

function more(count: number, what: string): string {
  return `... ${count} more ${what}${count === 1 ? "" : "s"}`;
}

/** Elements, runs of holes, and for arrays the properties that are no elements. */
export function elementParts(inspection: Inspection, list: readonly unknown[], depth: number): string[] {
  const { length } = list;
  const parts: string[] = [];
  let at = 0;
  while (at < length && parts.length < ITEMS_MAX) {
    const hole = holeAt(list, at);
    if (hole > 0) parts.push(`<${hole} empty item${hole === 1 ? "" : "s"}>`);
    else parts.push(inspection.showNested(list[at], depth));
    at += Math.max(hole, 1);
  }
  if (at < length) parts.push(more(length - at, "item"));
  if (isArray(list)) parts.push(...propertyParts(inspection, list, depth));
  return parts;
}

/** How many elements are missing from `from` on. */
function holeAt(list: readonly unknown[], from: number): number {
  if (from in list) return 0;
  const next = Object.keys(list).find((key) => INDEX.test(key) && Number(key) > from);
  return (next === undefined ? list.length : Number(next)) - from;
}

export function mapParts(inspection: Inspection, map: ReadonlyMap<unknown, unknown>, depth: number): string[] {
  const parts: string[] = [];
  let count = 0;
  const shown = (value: unknown): string => inspection.show(value, depth);
  mapForEach(map, (value, key) => {
    if (++count <= ITEMS_MAX) parts.push(inspection.nested(() => `${shown(key)} => ${shown(value)}`));
  });
  if (count > ITEMS_MAX) parts.push(more(count - ITEMS_MAX, "item"));
  return [...parts, ...propertyParts(inspection, map, depth)];
}

export function setParts(inspection: Inspection, set: ReadonlySet<unknown>, depth: number): string[] {
  const parts: string[] = [];
  let count = 0;
  setForEach(set, (value) => {
    if (++count <= ITEMS_MAX) parts.push(inspection.showNested(value, depth));
  });
  if (count > ITEMS_MAX) parts.push(more(count - ITEMS_MAX, "item"));
  return [...parts, ...propertyParts(inspection, set, depth)];
}

export function bufferParts(buffer: ArrayBuffer): string[] {
  if (buffer.detached) return ["(detached)", "[byteLength]: 0"];
  const bytes = new Uint8Array(buffer, 0, Math.min(buffer.byteLength, 50));
  let hex = "";
  for (const byte of bytes) hex += `${hex === "" ? "" : " "}${byte.toString(16).padStart(2, "0")}`;
  if (buffer.byteLength > 50) hex += ` ${more(buffer.byteLength - 50, "byte")}`;
  return [`[Uint8Contents]: <${hex}>`, `[byteLength]: ${buffer.byteLength}`];
}

export function viewParts(inspection: Inspection, view: DataView, depth: number): string[] {
  const buffer = inspection.showNested(view.buffer, depth);
  return [`[byteLength]: ${view.byteLength}`, `[byteOffset]: ${view.byteOffset}`, `[buffer]: ${buffer}`];
}
