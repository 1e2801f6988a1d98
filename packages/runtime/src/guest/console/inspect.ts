import { isNativeError, toText } from "../primordials.ts";
import { shapeOf } from "./inspect-shape.ts";
import { Inspection } from "./inspection.ts";
import { layOut } from "./inspect-layout.ts";
import { inspectPrimitive } from "./inspect-primitive.ts";

export interface InspectOptions {
  /** How deep nested objects are shown; null for all of them. */
  readonly depth?: number | null;
}

const customInspect = Symbol.for("nodejs.util.inspect.custom");

/** Shows a value as Node's `util.inspect` does with its default options. */
export function inspect(value: unknown, options?: InspectOptions): string {
  const depth = options?.depth === null ? Infinity : (options?.depth ?? 2);
  return new Inspection(depth, inspectValue).show(value, 0);
}

function inspectValue(inspection: Inspection, value: unknown, depth: number): string {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") {
    return inspectPrimitive(value, inspection.indent);
  }
  const seen = inspection.seen.length;
  const { indent } = inspection;
  try {
    return inspectObject(inspection, value, depth);
  } catch (error) {
    // A Proxy trap or a getter threw, or the stack is used up: a log line must not take the function down.
    inspection.seen.length = seen;
    inspection.indent = indent;
    return `[Uninspectable: ${isNativeError(error) ? toText((error as Error).message) : "it threw"}]`;
  }
}

function inspectObject(inspection: Inspection, value: object, depth: number): string {
  const custom = (value as Record<symbol, unknown>)[customInspect];
  if (typeof custom === "function") {
    const left = inspection.depth - depth;
    const shown: unknown = custom.call(value, left, { depth: left }, inspect);
    if (shown !== value) return typeof shown === "string" ? shown : inspectValue(inspection, shown, depth);
  }
  if (inspection.seen.includes(value)) return `[Circular *${inspection.circleOf(value)}]`;
  const shape = shapeOf(inspection, value, depth);
  if (typeof shape === "string") return shape;
  if (depth > inspection.depth) return `[${shape.name}]`;
  inspection.seen.push(value);
  inspection.currentDepth = depth + 1;
  const parts = shape.parts(depth + 1);
  inspection.seen.pop();
  const circle = inspection.circles.get(value);
  const base = circle === undefined ? shape.base : `<ref *${circle}>${shape.base === "" ? "" : ` ${shape.base}`}`;
  return layOut(inspection, parts, { ...shape, base }, depth + 1, value);
}
