import { AwsError } from "../aws-api/aws-error.ts";
import { escapeXml, writeXmlError } from "../aws-api/xml.ts";
import { sqsError } from "./sqs-error.ts";

/**
 * The protocol of older clients: parameters in a form (`Attribute.1.Name=…&Attribute.1.Value=…`), answers in XML. Both
 * become the shapes of the JSON protocol here, so that operations know one form only.
 */
const NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/";
const PARAMETERS_MAX = 2_000;

/** Parameters that are lists, by the names that the JSON protocol has for them. */
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: "AttributeNames",
  MessageAttributeName: "MessageAttributeNames",
  MessageSystemAttributeName: "MessageSystemAttributeNames",
  TagKey: "TagKeys",
  SendMessageBatchRequestEntry: "Entries",
  DeleteMessageBatchRequestEntry: "Entries",
  ChangeMessageVisibilityBatchRequestEntry: "Entries",
};
const MAPS: Readonly<Record<string, string>> = {
  Attribute: "Attributes",
  MessageAttribute: "MessageAttributes",
  MessageSystemAttribute: "MessageSystemAttributes",
  Tag: "Tags",
};

type Tree = Map<string, Tree | string>;

/** @throws AwsError when there are too many parameters, or one is a value and a structure at once */
export function readForm(parameters: URLSearchParams): Readonly<Record<string, unknown>> {
  if (parameters.size > PARAMETERS_MAX) throw malformed("too many parameters");
  const root: Tree = new Map();
  for (const [name, value] of parameters) {
    const path = name.split(".");
    const last = path.pop() ?? "";
    if (path.length > 6) throw malformed(`the parameter ${name.slice(0, 100)}`);
    let node = root;
    for (const part of path) {
      const next = node.get(part) ?? new Map<string, Tree | string>();
      if (typeof next === "string") throw malformed(`the parameter ${name.slice(0, 100)}`);
      node.set(part, next);
      node = next;
    }
    if (node.get(last) instanceof Map) throw malformed(`the parameter ${name.slice(0, 100)}`);
    node.set(last, value);
  }
  return toInput(root);
}

function malformed(what: string): AwsError {
  return new AwsError("MalformedInput", `The request cannot be read: ${what}.`);
}

function toInput(tree: Tree): Readonly<Record<string, unknown>> {
  const entries = [...tree].map(([name, value]): [string, unknown] => {
    if (typeof value === "string") return [name, value];
    const list = LISTS[name];
    const map = MAPS[name];
    if (list !== undefined) return [list, inOrder(value)];
    if (map !== undefined) return [map, toMap(value)];
    return [name, toInput(value)];
  });
  return Object.fromEntries(entries);
}

function inOrder(tree: Tree): unknown[] {
  const items = [...tree].sort(([a], [b]) => Number(a) - Number(b));
  return items.map(([, value]) => (typeof value === "string" ? value : toInput(value)));
}

function toMap(tree: Tree): Readonly<Record<string, unknown>> {
  const entries = [...tree.values()].map((entry): [string, unknown] => {
    if (typeof entry === "string") throw malformed("a map");
    const name = entry.get("Name") ?? entry.get("Key");
    const value = entry.get("Value") ?? "";
    if (typeof name !== "string") throw sqsError("MissingRequiredParameterException", "A name is missing in a map.");
    return [name, typeof value === "string" ? value : toInput(value)];
  });
  return Object.fromEntries(entries);
}

/** Names that one item of a list, or one entry of a map, has in XML. */
function itemName(action: string, name: string): string {
  if (name === "Successful") return `${action}ResultEntry`;
  if (name === "Failed") return "BatchResultErrorEntry";
  return name.charAt(0).toUpperCase() + name.slice(1).replace(/s$/, "");
}

function toXml(action: string, name: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) {
    return value
      .map((item: unknown) => `<${itemName(action, name)}>${inner(action, item)}</${itemName(action, name)}>`)
      .join("");
  }
  if (name === "Attributes" || name === "MessageAttributes" || name === "Tags") {
    const key = name === "Tags" ? "Key" : "Name";
    const tag = itemName(action, name);
    const entries = Object.entries(value).map(
      ([entry, of]) => `<${tag}><${key}>${escapeXml(entry)}</${key}><Value>${inner(action, of)}</Value></${tag}>`,
    );
    return entries.join("");
  }
  return `<${name}>${inner(action, value)}</${name}>`;
}

function inner(action: string, value: unknown): string {
  if (typeof value !== "object" || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, of]) => toXml(action, name, of))
    .join("");
}

/** Operations that answer nothing have no result element. */
const EMPTY = new Set([
  "ChangeMessageVisibility",
  "DeleteMessage",
  "DeleteQueue",
  "PurgeQueue",
  "SetQueueAttributes",
  "TagQueue",
  "UntagQueue",
]);

export function writeResult(action: string, result: object, requestId: string): string {
  const body = EMPTY.has(action) ? "" : `<${action}Result>${inner(action, result)}</${action}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata>`;
  return `<?xml version="1.0"?><${action}Response xmlns="${NAMESPACE}">${body}${metadata}</${action}Response>`;
}

export function writeError(error: AwsError, requestId: string): string {
  return writeXmlError(error, { namespace: NAMESPACE, requestId });
}
