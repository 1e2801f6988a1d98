import { breaksAny, brokenConstraints, describeConstraints, NOT_NULL, shapeOf } from "./constraints.ts";
import { type Faults, memberPath } from "./faults.ts";
import { LambdaError } from "./lambda-error.ts";
import type { ListShape, MapShape, Shape, StructureShape } from "./model/shape.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a value of a JSON body as its shape says. What cannot be of that shape ends the reading; what breaks a
 * constraint is collected. AWS does both, in this order.
 *
 * @throws LambdaError SerializationException
 */
function readValue(shapeName: string, json: unknown, path: string, faults: Faults): unknown {
  const shape = shapeOf(shapeName);
  switch (shape.type) {
    case "structure":
      return readStructure(shape, json, path, faults);
    case "list":
      return readList(shape, json, path, faults);
    case "map":
      return readMap(shape, json, path, faults);
    default: {
      const value = readScalar(shape, json);
      checkScalar(shapeName, shape, value, path, faults);
      return value;
    }
  }
}

/** Members that the model does not know are ignored, as on AWS: clients newer than the model send them. */
export function readStructure(shape: StructureShape, json: unknown, path: string, faults: Faults): Json {
  if (!isObject(json)) throw new LambdaError("SerializationException", unexpected(json));
  const value: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    if (member.in !== undefined) continue;
    const key = member.name ?? name;
    const found = Object.hasOwn(json, key) ? json[key] : null;
    const at = memberPath(path, name);
    if (found !== null) value[name] = readValue(member.shape, found, at, faults);
    else if (member.required === true) faults.add(at, NOT_NULL, null, false);
  }
  return value;
}

/** A scalar that is text: of the path, the query or a header. @throws LambdaError SerializationException */
export function readText(shapeName: string, text: string, path: string, faults: Faults): unknown {
  const shape = shapeOf(shapeName);
  const value = fromText(shape, text);
  checkScalar(shapeName, shape, value, path, faults);
  return value;
}

export function readTextList(shape: ListShape, texts: readonly string[], path: string, faults: Faults): unknown {
  const member = shapeOf(shape.member);
  const values = texts.map((text) => fromText(member, text));
  checkCollection(shape, values, path, faults);
  return values;
}

function readList(shape: ListShape, json: unknown, path: string, faults: Faults): unknown {
  if (!Array.isArray(json)) throw new LambdaError("SerializationException", unexpected(json));
  const member = shapeOf(shape.member);
  if (member.type !== "structure") {
    const values = json.map((one: unknown) => (one === null ? null : readNested(member, one)));
    checkCollection(shape, values, path, faults);
    return values;
  }
  addBroken(shape, json, path, faults);
  return json.map((one: unknown, at) => {
    const where = `${path}.${at + 1}.member`;
    if (one !== null) return readStructure(member, one, where, faults);
    faults.add(where, NOT_NULL, null, false);
    return null;
  });
}

function readMap(shape: MapShape, json: unknown, path: string, faults: Faults): unknown {
  if (!isObject(json)) throw new LambdaError("SerializationException", unexpected(json));
  const valueShape = shapeOf(shape.value);
  const entries = Object.entries(json).map(([key, one]) => [key, one === null ? null : readNested(valueShape, one)]);
  const value = Object.fromEntries(entries) as Json;
  checkCollection(shape, value, path, faults);
  return value;
}

/** Within a list or map of plain values: its owner is told what is wrong, not the value. */
function readNested(shape: Shape, json: unknown): unknown {
  if (shape.type !== "list") return readScalar(shape, json);
  if (!Array.isArray(json)) throw new LambdaError("SerializationException", unexpected(json));
  const member = shapeOf(shape.member);
  return json.map((one: unknown) => (one === null ? null : readNested(member, one)));
}

function checkScalar(name: string, shape: Shape, value: unknown, path: string, faults: Faults): void {
  if (name === "Runtime" && shape.type === "string" && shape.enum?.includes(value as string) === false) {
    faults.addRuntime(value as string, shape.enum);
  } else addBroken(shape, value, path, faults);
}

function addBroken(shape: Shape, value: unknown, path: string, faults: Faults): void {
  const sensitive = "sensitive" in shape;
  for (const constraint of brokenConstraints(shape, value)) faults.add(path, constraint, value, sensitive);
}

function checkCollection(shape: ListShape | MapShape, value: object, path: string, faults: Faults): void {
  addBroken(shape, value, path, faults);
  const check = (what: string, member: Shape, values: readonly unknown[], all: readonly string[]): void => {
    if (!values.some((one) => breaksAny(member, one))) return;
    const sensitive = "sensitive" in shape || "sensitive" in member;
    faults.add(path, `${what} must satisfy constraint: [${all.join(", ")}]`, value, sensitive);
  };
  if (shape.type === "list") {
    const member = shapeOf(shape.member);
    check("Member", member, value as readonly unknown[], [...describeConstraints(member), NOT_NULL]);
  } else {
    const key = shapeOf(shape.key);
    const member = shapeOf(shape.value);
    check("Map keys", key, Object.keys(value), describeConstraints(key));
    check("Map value", member, Object.values(value), [...describeConstraints(member), NOT_NULL]);
  }
}

function readScalar(shape: Shape, json: unknown): unknown {
  if (typeof json === "object") throw new LambdaError("SerializationException", unexpected(json));
  switch (shape.type) {
    case "string":
      return typeof json === "string" ? json : refuse(json, "a String");
    case "boolean":
      return typeof json === "boolean" ? json : refuse(json, "a Boolean");
    case "integer":
    case "long":
      return Number.isSafeInteger(json) ? json : refuse(json, shape.type === "long" ? "a Long" : "an Integer");
    case "double":
      return typeof json === "number" ? json : refuse(json, "a Double");
    case "timestamp":
      return typeof json === "number" ? readDate(json * 1000) : refuse(json, "a Timestamp");
    case "blob":
      return readBase64(json);
    default:
      throw new LambdaError("SerializationException", "Unexpected field type");
  }
}

function fromText(shape: Shape, text: string): unknown {
  switch (shape.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : refuseText(text, "a Boolean");
    case "integer":
    case "long":
      return /^-?\d{1,15}$/.test(text)
        ? Number(text)
        : refuseText(text, shape.type === "long" ? "a Long" : "an Integer");
    case "double":
      return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : refuseText(text, "a Double");
    case "timestamp":
      // Clients send ISO 8601, tools by hand also seconds.
      return readDate(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text));
    default:
      return text;
  }
}

function readDate(ms: number): Date {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw new LambdaError("SerializationException", "The time cannot be read.");
  return date;
}

/** Node's decoder passes over what is no base64; a count of the bytes shows that it did. */
function readBase64(json: unknown): Uint8Array {
  if (typeof json !== "string") return refuse(json, "a Blob");
  const bytes = Buffer.from(json, "base64");
  const padding = json.endsWith("==") ? 2 : json.endsWith("=") ? 1 : 0;
  const isWhole = json.length % 4 === 0 && bytes.length === (json.length / 4) * 3 - padding;
  if (isWhole && !json.includes("-") && !json.includes("_")) return bytes;
  throw new LambdaError("SerializationException", "only base64-encoded strings are convertible to bytes");
}

function refuse(json: unknown, wanted: string): never {
  const kind = typeof json === "boolean" ? String(json) : typeof json;
  const text = `${kind.toUpperCase()}_VALUE can not be converted to ${wanted}`;
  throw new LambdaError("SerializationException", text);
}

function refuseText(text: string, wanted: string): never {
  throw new LambdaError("SerializationException", `'${text.slice(0, 100)}' can not be converted to ${wanted}`);
}

function isObject(json: unknown): json is Json {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function unexpected(json: unknown): string {
  if (Array.isArray(json)) return "Start of list found where not expected";
  return typeof json === "object" ? "Start of structure or map found where not expected" : "Unexpected field type";
}
