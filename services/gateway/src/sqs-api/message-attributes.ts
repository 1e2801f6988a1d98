import { createHash } from "node:crypto";
import type { MessageAttribute } from "@sluice/core";
import type { Fields } from "../aws-api/fields.ts";
import { sqsError } from "./sqs-error.ts";

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const ATTRIBUTES_MAX = 10;
const NAME = /^(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]{1,256}$/;
const RESERVED = /^(aws|amazon)\./i;
const TYPE = /^(String|Number|Binary)(\..+)?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NUMBER = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$/;

/** Attributes that a sender gives, checked as SQS does. @throws AwsError InvalidParameterValue */
export function readMessageAttributes(input: Fields): MessageAttributes {
  const given = input.structures("MessageAttributes");
  if (given.length > ATTRIBUTES_MAX) {
    throw invalid(`Number of message attributes [${given.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`);
  }
  return Object.fromEntries(given.map(([name, value]) => [name, readOne(name, value)]));
}

/** The one attribute that senders may give to the system. */
export function readTraceHeader(input: Fields): string | undefined {
  const given = input.structures("MessageSystemAttributes");
  const other = given.find(([name]) => name !== "AWSTraceHeader");
  if (other !== undefined) throw invalid(`Message system attribute name '${other[0].slice(0, 256)}' is invalid.`);
  const [header] = given;
  if (header === undefined) return undefined;
  const { dataType, value } = readOne("AWSTraceHeader", header[1]);
  if (dataType !== "String") throw invalid("The message system attribute 'AWSTraceHeader' must be a string.");
  return value;
}

function readOne(name: string, input: Fields): MessageAttribute {
  const dataType = input.text("DataType") ?? "";
  if (!NAME.test(name) || RESERVED.test(name)) {
    throw invalid(`The message attribute name '${name.slice(0, 256)}' is invalid.`);
  }
  if (dataType === "")
    throw invalid(`The message attribute '${name}' must contain a non-empty message attribute type.`);
  if (!TYPE.test(dataType) || dataType.length > 256) {
    throw invalid(
      `The type of message attribute '${name}' is invalid. You must use only the types Binary, Number and String.`,
    );
  }
  const binary = dataType.startsWith("Binary");
  const value = input.text(binary ? "BinaryValue" : "StringValue") ?? "";
  if (value === "" || input.has(binary ? "StringValue" : "BinaryValue")) {
    const kind = binary ? "Binary" : "String";
    throw invalid(`The message attribute '${name}' with type '${dataType}' must use field '${kind}' and not be empty.`);
  }
  if (binary ? !BASE64.test(value) : dataType.startsWith("Number") && !NUMBER.test(value)) {
    throw invalid(`Can't cast the value of message attribute '${name}' to ${binary ? "bytes" : "a number"}.`);
  }
  return { dataType, value: binary ? Buffer.from(value, "base64").toString("base64") : value };
}

function invalid(message: string): Error {
  return sqsError("InvalidParameterValueException", message);
}

/** As clients see them. */
export function formatMessageAttributes(attributes: MessageAttributes): Record<string, Record<string, string>> {
  const entries = Object.entries(attributes).map(([name, { dataType, value }]) => {
    const field = dataType.startsWith("Binary") ? "BinaryValue" : "StringValue";
    return [name, { [field]: value, DataType: dataType }] as const;
  });
  return Object.fromEntries(entries);
}

/** Those that a receiver asked for: by name, by `prefix.*`, or all. */
export function chooseAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const chosen = Object.entries(attributes).filter(([name]) =>
    wanted.some(
      (want) => want === "All" || want === name || (want.endsWith(".*") && name.startsWith(want.slice(0, -2))),
    ),
  );
  return Object.fromEntries(chosen);
}

export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** What a FIFO queue knows a message by that has no deduplication id. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Clients compute it as well and refuse an answer that differs: names in order; of each name, type and value the length
 * in four bytes and the bytes, and before a value one byte that says text or binary.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { dataType = "", value = "" } = attributes[name] ?? {};
    const binary = dataType.startsWith("Binary");
    add(Buffer.from(name));
    add(Buffer.from(dataType));
    hash.update(Buffer.of(binary ? 2 : 1));
    add(Buffer.from(value, binary ? "base64" : "utf8"));
  }
  return hash.digest("hex");
}
