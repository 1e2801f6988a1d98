import type { OutgoingHttpHeaders } from "node:http";
import { shapeOf } from "./constraints.ts";
import { OPERATIONS } from "./model/operations.ts";
import type { OperationModel, Shape, StructureShape } from "./model/shape.ts";
import type { OperationName } from "./route.ts";
import type { LambdaReply } from "./send-reply.ts";

type Document = Readonly<Record<string, unknown>>;

export interface WriteOptions {
  /** For tests: what the model does not know, what it requires and what has another type throws. */
  readonly strict?: boolean;
}

const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

/** The answer that an output document is. Members that are undefined are left out, and so is what the model lacks. */
export function writeOutput(operation: OperationName, output: Document, options: WriteOptions = {}): LambdaReply {
  const { status, headers, shape } = writeHead(operation, output, options);
  if (shape === undefined || NO_BODY.has(status)) return { status, headers, body: "" };
  const { payload } = shape;
  if (payload === undefined) {
    return { status, headers, body: JSON.stringify(writeStructure(shape, output, "", options)) };
  }
  const value = output[payload];
  if (value === undefined) return { status, headers, body: "" };
  if (!(value instanceof Uint8Array)) throw new TypeError(`${operation}.${payload} is not bytes.`);
  return { status, headers, body: value };
}

/** Status and headers; all there is to write here when the body is a stream. */
export function writeHead(
  operation: OperationName,
  output: Document,
  options: WriteOptions = {},
): { status: number; headers: OutgoingHttpHeaders; shape: StructureShape | undefined } {
  const model: OperationModel = OPERATIONS[operation];
  const shape = model.output === undefined ? undefined : (shapeOf(model.output) as StructureShape);
  if (options.strict === true) checkMembers(shape?.members ?? {}, output, operation);
  const headers: OutgoingHttpHeaders = {};
  let { status } = model;
  for (const [name, member] of Object.entries(shape?.members ?? {})) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    if (member.in === "header") headers[member.name ?? name] = headerText(value);
    else if (member.in === "status" && typeof value === "number") status = value;
  }
  return { status, headers, shape };
}

function writeStructure(shape: StructureShape, value: Document, path: string, options: WriteOptions): Document {
  const written: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const one = value[name];
    if (one === undefined || one === null || member.in !== undefined) continue;
    written[member.name ?? name] = writeValue(shapeOf(member.shape), one, `${path}.${name}`, options);
  }
  return written;
}

function writeValue(shape: Shape, value: unknown, path: string, options: WriteOptions): unknown {
  if (options.strict === true) checkType(shape, value, path);
  switch (shape.type) {
    case "structure":
      return writeStructure(shape, value as Document, path, options);
    case "list": {
      const member = shapeOf(shape.member);
      return (value as readonly unknown[]).map((one, at) => writeValue(member, one, `${path}[${at}]`, options));
    }
    case "map": {
      const member = shapeOf(shape.value);
      const entries = Object.entries(value as Document).filter(([, one]) => one !== undefined);
      return Object.fromEntries(entries.map(([key, one]) => [key, writeValue(member, one, `${path}.${key}`, options)]));
    }
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "timestamp":
      return value instanceof Date ? value.getTime() / 1000 : value;
    default:
      return value;
  }
}

/** Header values are what users' functions chose, in part; a line break in one would end the header. */
function headerText(value: unknown): string {
  return String(value).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}

function checkType(shape: Shape, value: unknown, path: string): void {
  if (!TYPES[shape.type](value)) throw new TypeError(`${path} is no ${shape.type}: ${typeof value}.`);
  if (shape.type === "structure") checkMembers(shape.members, value as Document, path);
  if (shape.type === "string" && shape.enum?.includes(value as string) === false) {
    throw new TypeError(`${path} is none of ${shape.enum.join(", ")}: ${value as string}.`);
  }
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const TYPES: Readonly<Record<Shape["type"], (value: unknown) => boolean>> = {
  structure: isObject,
  map: isObject,
  list: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: Number.isSafeInteger,
  long: Number.isSafeInteger,
  double: Number.isFinite,
  timestamp: (value) => value instanceof Date || Number.isFinite(value),
  blob: (value) => value instanceof Uint8Array,
};

function checkMembers(members: StructureShape["members"], value: Document, path: string): void {
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(members, name)) throw new TypeError(`${path} has no member ${name}.`);
  }
  for (const [name, member] of Object.entries(members)) {
    if (member.required === true && value[name] === undefined) throw new TypeError(`${path} lacks ${name}.`);
  }
}
