import { SHAPES } from "./model/shapes.ts";
import type { Shape, StringShape } from "./model/shape.ts";

/** A pattern is tried on no more than this where the model sets no length: patterns recurse, and bodies are large. */
const PATTERN_CHARS_MAX = 10_000;
/** Of a value that a message repeats. */
const SHOWN_CHARS = 500;

export const NOT_NULL = "Member must not be null";

const patterns = new Map<string, RegExp>();
const constraints = new Map<Shape, readonly Constraint[]>();

export function shapeOf(name: string): Shape {
  const shape = SHAPES[name];
  if (shape === undefined) throw new Error(`The model has no shape ${name}.`);
  return shape;
}

/** The constraints that a value breaks, in AWS's words. Looks at the value itself, not into lists and maps. */
export function brokenConstraints(shape: Shape, value: unknown): readonly string[] {
  const all = constraintsOf(shape);
  if (all.every(({ holds }) => holds(value))) return [];
  return all.filter(({ holds }) => !holds(value)).map(({ text }) => text);
}

/** Whether a scalar, or anything within a list or map of scalars, breaks a constraint. */
export function breaksAny(shape: Shape, value: unknown): boolean {
  if (value === null || value === undefined || brokenConstraints(shape, value).length > 0) return true;
  if (shape.type === "list") return (value as unknown[]).some((one) => breaksAny(shapeOf(shape.member), one));
  if (shape.type !== "map") return false;
  return Object.entries(value).some(
    ([key, one]) => breaksAny(shapeOf(shape.key), key) || breaksAny(shapeOf(shape.value), one),
  );
}

/** Everything that the members of a list or the values of a map must satisfy: AWS lists it all, whichever was broken. */
export function describeConstraints(shape: Shape): readonly string[] {
  const own = constraintsOf(shape).map(({ text }) => text);
  if (shape.type !== "list") return own;
  return [...own, `Member must satisfy constraint: [${describeConstraints(shapeOf(shape.member)).join(", ")}]`];
}

/** How AWS repeats a value in a message. */
export function showValue(value: unknown): string {
  const text = show(value);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}...` : text;
}

function show(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value).slice(0, SHOWN_CHARS + 1);
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (value instanceof Date) return value.toISOString();
  // One more than is shown: whoever sends thousands gets no long message made for it.
  if (Array.isArray(value)) return `[${value.slice(0, SHOWN_CHARS).map(show).join(", ")}]`;
  const entries = Object.entries(value).slice(0, SHOWN_CHARS);
  return `{${entries.map(([key, one]) => `${key}=${show(one)}`).join(", ")}}`;
}

interface Constraint {
  readonly text: string;
  readonly holds: (value: unknown) => boolean;
}

function constraintsOf(shape: Shape): readonly Constraint[] {
  let found = constraints.get(shape);
  if (found === undefined) {
    found = makeConstraints(shape);
    constraints.set(shape, found);
  }
  return found;
}

function makeConstraints(shape: Shape): readonly Constraint[] {
  if (shape.type === "structure" || shape.type === "boolean" || shape.type === "timestamp") return [];
  const { type, min, max } = shape;
  const isNumber = type === "integer" || type === "long" || type === "double";
  const what = isNumber ? "value" : "length";
  const bound = (limit: number): string => (type === "double" && Number.isInteger(limit) ? `${limit}.0` : `${limit}`);
  const made: Constraint[] = [];
  if (max !== undefined) {
    const text = `Member must have ${what} less than or equal to ${bound(max)}`;
    made.push({ text, holds: (value) => sizeOf(value) <= max });
  }
  if (min !== undefined && (min > 0 || isNumber)) {
    const text = `Member must have ${what} greater than or equal to ${bound(min)}`;
    made.push({ text, holds: (value) => sizeOf(value) >= min });
  }
  return type === "string" ? [...made, ...textConstraints(shape)] : made;
}

function* textConstraints(shape: StringShape): Generator<Constraint> {
  const { pattern, enum: values, max = PATTERN_CHARS_MAX } = shape;
  if (pattern !== undefined) {
    const text = `Member must satisfy regular expression pattern: ${pattern}`;
    // What is too long has been told so by its length.
    const holds = (value: unknown): boolean =>
      (value as string).length > max ? shape.max !== undefined : compile(pattern).test(value as string);
    yield { text, holds };
  }
  if (values !== undefined) {
    const text = `Member must satisfy enum value set: [${values.join(", ")}]`;
    yield { text, holds: (value) => values.includes(value as string) };
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  return Object.keys(value as object).length;
}

/** The model's patterns are Java's: they match as a whole, and classes of Unicode need a flag here. */
export function compile(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^(?:${pattern})$`, pattern.includes("\\p{") ? "u" : "");
    patterns.set(pattern, compiled);
  }
  return compiled;
}
