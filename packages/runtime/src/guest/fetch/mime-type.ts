import { stringToLowerCase } from "../primordials.ts";

/** A media type by the MIME Sniffing Standard: names in lower case, the first of two equal parameters counts. */
export interface MimeType {
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const QUOTABLE = /^[\t\x20-\x7e\x80-\xff]*$/;
const trim = (text: string): string => text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");

export function parseMimeType(input: string): MimeType | undefined {
  const [head = "", ...rest] = splitOutsideQuotes(input, ";");
  const essence = trim(head);
  const slash = essence.indexOf("/");
  if (slash < 0 || !TOKEN.test(essence.slice(0, slash)) || !TOKEN.test(essence.slice(slash + 1))) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const equals = part.indexOf("=");
    if (equals < 0) continue;
    const name = stringToLowerCase(part.slice(0, equals).replace(/^[\t\n\r ]+/, ""));
    const value = parameterValue(part.slice(equals + 1));
    if (value !== undefined && TOKEN.test(name) && QUOTABLE.test(value) && !parameters.has(name)) {
      parameters.set(name, value);
    }
  }
  return { essence: stringToLowerCase(essence), parameters };
}

/** The type that several Content-Type headers come to: the last that can be read. */
export function extractMimeType(header: string | null): MimeType | undefined {
  if (header === null) return undefined;
  let found: MimeType | undefined;
  for (const part of splitOutsideQuotes(header, ",")) {
    const type = parseMimeType(part);
    if (type === undefined || type.essence === "*/*") continue;
    const charset = found?.parameters.get("charset");
    const inherits = charset !== undefined && found?.essence === type.essence && !type.parameters.has("charset");
    found = inherits ? { ...type, parameters: new Map([...type.parameters, ["charset", charset]]) } : type;
  }
  return found;
}

export function serializeMimeType({ essence, parameters }: MimeType): string {
  let text = essence;
  for (const [name, value] of parameters) {
    text += `;${name}=${TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
  }
  return text;
}

function parameterValue(text: string): string | undefined {
  if (!text.startsWith('"')) return trim(text) || undefined;
  let value = "";
  for (let at = 1; at < text.length && text[at] !== '"'; at++) {
    if (text[at] === "\\" && at + 1 < text.length) at++;
    value += text[at];
  }
  return value;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\" && quoted) at++;
    else if (text[at] === '"') quoted = !quoted;
    else if (text[at] === separator && !quoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
