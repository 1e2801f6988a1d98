import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { PlatformError } from "@sluice/core";
import { parseJsonBody, readPlain } from "../request/json-body.ts";
import { bodyLimitBytes } from "./body-limit.ts";
import { NOT_NULL, shapeOf } from "./constraints.ts";
import { Faults, memberPath } from "./faults.ts";
import { LambdaError } from "./lambda-error.ts";
import { OPERATIONS } from "./model/operations.ts";
import type { Member, Shape, StructureShape } from "./model/shape.ts";
import { readStructure, readText, readTextList } from "./read-value.ts";
import type { OperationName, Route } from "./route.ts";

type Document = Readonly<Record<string, unknown>>;

const INVOKES: ReadonlySet<OperationName> = new Set(["Invoke", "InvokeAsync", "InvokeWithResponseStream"]);

/**
 * The body of a request of an operation, within its limit.
 *
 * @throws LambdaError RequestTooLargeException for payloads, RequestEntityTooLargeException
 * @throws PlatformError Request.UnsupportedEncoding, Request.Malformed when the sender hung up
 */
export async function readBody(request: IncomingMessage, operation: OperationName): Promise<Buffer> {
  const limit = bodyLimitBytes(operation);
  try {
    return await readPlain(request, limit);
  } catch (cause) {
    if (!(cause instanceof PlatformError) || cause.code !== "Request.TooLarge") throw cause;
    if (!INVOKES.has(operation)) {
      const message = `Request must be smaller than ${limit} bytes for the ${operation} operation`;
      throw new LambdaError("RequestEntityTooLargeException", message, { cause });
    }
    const size = request.headers["content-length"];
    const what = size === undefined ? "The payload" : `${size} byte payload`;
    const message = `${what} is too large for the RequestResponse invocation type (limit ${limit} bytes)`;
    throw new LambdaError("RequestTooLargeException", message, { cause });
  }
}

/**
 * The input document of an operation, as the SDK's types describe it: blobs are bytes, timestamps dates.
 *
 * @throws LambdaError SerializationException, ValidationException, InvalidParameterValueException
 */
export function readInput(found: Route, headers: IncomingHttpHeaders, body: Uint8Array): Document {
  const shape = structureOf(OPERATIONS[found.operation].input);
  const faults = new Faults();
  const input: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    if (member.in === undefined) continue;
    const value = readBound(name, member, found, headers, faults);
    if (value !== undefined) input[name] = value;
    else if (member.required === true) faults.add(memberPath("", name), NOT_NULL, null, false);
  }
  Object.assign(input, shape.payload === undefined ? readJson(shape, body, faults) : readPayload(shape, body, faults));
  faults.throwIfAny();
  return input;
}

function readBound(name: string, member: Member, found: Route, headers: IncomingHttpHeaders, faults: Faults): unknown {
  const key = member.name ?? name;
  const path = memberPath("", name);
  const shape = shapeOf(member.shape);
  if (shape.type === "list") {
    const texts = found.query.getAll(key);
    return texts.length === 0 ? undefined : readTextList(shape, texts, path, faults);
  }
  const text = textOf(member, key, found, headers);
  return text === undefined ? undefined : readText(member.shape, text, path, faults);
}

function textOf(member: Member, key: string, found: Route, headers: IncomingHttpHeaders): string | undefined {
  if (member.in === "uri") return found.labels[key];
  if (member.in === "query") return found.query.get(key) ?? undefined;
  const value = headers[key.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}

function readJson(shape: StructureShape, body: Uint8Array, faults: Faults): Document {
  const takesBody = Object.values(shape.members).some((member) => member.in === undefined);
  return takesBody ? readStructure(shape, parseJson(body), "", faults) : {};
}

/** One member is the whole body: bytes as they came, or a structure in JSON. */
function readPayload(shape: StructureShape, body: Uint8Array, faults: Faults): Document {
  const { payload = "" } = shape;
  const member = shape.members[payload];
  const inner: Shape | undefined = member === undefined ? undefined : shapeOf(member.shape);
  const path = memberPath("", payload);
  if (body.length === 0) {
    if (member?.required === true) faults.add(path, NOT_NULL, null, false);
    return {};
  }
  if (inner?.type === "structure") return { [payload]: readStructure(inner, parseJson(body), path, faults) };
  if (inner?.type === "blob" && inner.max !== undefined && body.length > inner.max) {
    faults.add(path, `Member must have length less than or equal to ${inner.max}`, body, true);
  }
  return { [payload]: body };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return parseJsonBody(body).value;
  } catch (cause) {
    if (!(cause instanceof PlatformError)) throw cause;
    throw new LambdaError("SerializationException", cause.message, { cause });
  }
}

function structureOf(name: string): StructureShape {
  const shape = shapeOf(name);
  if (shape.type !== "structure") throw new Error(`${name} is no structure.`);
  return shape;
}
