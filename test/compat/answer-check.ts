import { OPERATIONS } from "../../services/gateway/src/lambda-api/model/operations.ts";
import type {
  Member,
  OperationModel,
  Shape,
  StructureShape,
} from "../../services/gateway/src/lambda-api/model/shape.ts";
import { SHAPES } from "../../services/gateway/src/lambda-api/model/shapes.ts";
import type { WireAnswer } from "./wire-tap.ts";

export type OperationName = keyof typeof OPERATIONS;

/** Texts that are times: of functions with an offset without a colon, elsewhere as ISO 8601 has it. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3,6}(\+0000|Z)$/;
const REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What an answer of success has that the service model does not know, and lacks that the model requires. */
export function answerFaults(operation: OperationName, answer: WireAnswer): readonly string[] {
  const model: OperationModel = OPERATIONS[operation];
  const shape = model.output === undefined ? undefined : (shapeOf(model.output) as StructureShape);
  const members = Object.entries(shape?.members ?? {});
  const faults = headFaults(model, members, answer);
  if (shape === undefined || answer.status === 204) {
    if (answer.body.length > 0) faults.push(`a body of ${answer.body.length} bytes where there is none`);
    return faults;
  }
  if (shape.payload !== undefined) return faults;
  if (!(answer.headers["content-type"] ?? "").startsWith("application/json")) {
    faults.push(`content-type is ${answer.headers["content-type"]}`);
  }
  const inBody = Object.fromEntries(members.filter(([, member]) => member.in === undefined));
  checkStructure({ ...shape, members: inBody }, JSON.parse(answer.body.toString()), operation, faults);
  return faults;
}

function headFaults(
  model: OperationModel,
  members: readonly (readonly [string, Member])[],
  { status, headers }: WireAnswer,
): string[] {
  const faults: string[] = [];
  const ownStatus = members.some(([, member]) => member.in === "status");
  if (status !== model.status && !(ownStatus && status >= 200 && status < 300)) {
    faults.push(`status ${status} instead of ${model.status}`);
  }
  if (!REQUEST_ID.test(headers["x-amzn-requestid"] ?? "")) faults.push("no x-amzn-RequestId");
  if (headers["x-amzn-errortype"] !== undefined) faults.push("an x-amzn-ErrorType with a success");
  const known = new Set(
    members.filter(([, one]) => one.in === "header").map(([key, one]) => (one.name ?? key).toLowerCase()),
  );
  for (const name of Object.keys(headers)) {
    if (name.startsWith("x-amz-") && !known.has(name)) faults.push(`header ${name} is unknown`);
  }
  return faults;
}

function checkStructure(shape: StructureShape, value: unknown, path: string, faults: string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.push(`${path} is no structure`);
    return;
  }
  const byName = new Map(Object.entries(shape.members).map(([key, member]) => [member.name ?? key, member]));
  for (const [name, one] of Object.entries(value)) {
    const member = byName.get(name);
    if (member === undefined) faults.push(`${path} has a member ${name} that is unknown`);
    else checkValue(member.shape, one, `${path}.${name}`, faults);
  }
  for (const [name, member] of byName) {
    if (member.required === true && !Object.hasOwn(value, name)) faults.push(`${path} lacks ${name}`);
  }
}

function checkValue(name: string, value: unknown, path: string, faults: string[]): void {
  const shape = shapeOf(name);
  if (shape.type === "structure") return checkStructure(shape, value, path, faults);
  if (!TYPES[shape.type](value)) {
    faults.push(`${path} is no ${shape.type}: ${JSON.stringify(value)}`);
    return;
  }
  if (shape.type === "list") {
    for (const [at, one] of (value as unknown[]).entries()) checkValue(shape.member, one, `${path}[${at}]`, faults);
  } else if (shape.type === "map") {
    for (const [key, one] of Object.entries(value as object)) checkValue(shape.value, one, `${path}.${key}`, faults);
  } else if (shape.type === "string") {
    const text = value as string;
    if (shape.enum?.includes(text) === false) faults.push(`${path} is none of the enum: ${text}`);
    if (name === "Timestamp" && !TIME.test(text)) faults.push(`${path} is no time: ${text}`);
    // Of what AWS answers only names and ARNs keep their pattern.
    if (name.endsWith("Arn") && shape.pattern !== undefined && text !== "" && !matches(shape.pattern, text)) {
      faults.push(`${path} does not match ${shape.pattern}: ${text}`);
    }
  }
}

const matches = (pattern: string, text: string): boolean => new RegExp(`^(?:${pattern})$`).test(text);

const TYPES: Readonly<Record<Exclude<Shape["type"], "structure">, (value: unknown) => boolean>> = {
  map: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  list: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: Number.isSafeInteger,
  long: Number.isSafeInteger,
  double: Number.isFinite,
  // Seconds; milliseconds would be thousands of years from now.
  timestamp: (value) => typeof value === "number" && value > 1e9 && value < 1e11,
  blob: (value) => typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
};

function shapeOf(name: string): Shape {
  const shape = SHAPES[name];
  if (shape === undefined) throw new Error(`the model has no shape ${name}`);
  return shape;
}
