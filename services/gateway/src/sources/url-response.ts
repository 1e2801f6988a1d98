import { heavyJson } from "../request/json-weight.ts";

/** An HTTP answer made of what a handler returned. */
export interface UrlResponse {
  readonly status: number;
  /** Name and value, alternating, as `writeHead` takes them. */
  readonly headers: readonly string[];
  /** Undefined: this status has none. */
  readonly body: Buffer | string | undefined;
}

const STATUS_CODE = Buffer.from('"statusCode"');
/** No body and no length (RFC 9110). */
const BODILESS = new Set([204, 304]);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
/** Ours to set: a handler that sets them could break the connection's framing. */
const FRAMING = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-amzn-requestid",
]);

/**
 * Reads a payload by Lambda's rule: an object with `statusCode` describes the response, anything else is the JSON body
 * of a 200. A payload without the word is not parsed at all.
 *
 * @returns undefined when the description is not a valid response
 */
export function toUrlResponse(payload: Buffer): UrlResponse | undefined {
  if (!payload.includes(STATUS_CODE)) return plain(payload);
  // The author of one function must not hold up the others' callers.
  if (heavyJson(payload) !== undefined) return undefined;
  const value: unknown = JSON.parse(payload.toString());
  if (typeof value !== "object" || value === null || !("statusCode" in value)) return plain(payload);
  const status = readStatus(value.statusCode);
  if (status === undefined) return undefined;
  const description = value as Record<string, unknown>;
  const headers = readHeaders(description["headers"], description["cookies"]);
  if (BODILESS.has(status)) return headers && { status, headers, body: undefined };
  const body = readBody(description["body"], description["isBase64Encoded"]);
  return headers === undefined || body === undefined ? undefined : { status, headers, body };
}

/**
 * Status and headers of a streamed answer, from what `HttpResponseStream.from` was given; without a type, the body is
 * bytes of any kind, as on Lambda.
 *
 * @returns undefined when the description is not a valid one
 */
export function toStreamHead(description: unknown): Pick<UrlResponse, "status" | "headers"> | undefined {
  if (typeof description !== "object" || description === null) return undefined;
  const { statusCode = 200, headers: given, cookies } = description as Record<string, unknown>;
  const status = readStatus(statusCode);
  const headers = readHeaders(given, cookies, "application/octet-stream");
  return status === undefined || headers === undefined ? undefined : { status, headers };
}

function readStatus(value: unknown): number | undefined {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

function plain(payload: Buffer): UrlResponse {
  return { status: 200, headers: ["content-type", "application/json"], body: payload };
}

function readHeaders(headers: unknown, cookies: unknown, defaultType = "application/json"): string[] | undefined {
  if (Array.isArray(headers)) return undefined;
  const out: string[] = [];
  let typed = false;
  for (const [name, value] of Object.entries(typeof headers === "object" && headers !== null ? headers : {})) {
    const parts: unknown[] = Array.isArray(value) ? value : [value];
    if (!TOKEN.test(name) || !parts.every(isScalar)) return undefined;
    const text = parts.join(", ");
    if (BAD_VALUE.test(text)) return undefined;
    const lower = name.toLowerCase();
    if (FRAMING.has(lower)) continue;
    typed ||= lower === "content-type";
    out.push(name, text);
  }
  if (!typed) out.push("content-type", defaultType);
  for (const cookie of Array.isArray(cookies) ? cookies : []) {
    if (typeof cookie !== "string" || BAD_VALUE.test(cookie)) return undefined;
    out.push("set-cookie", cookie);
  }
  return out;
}

function readBody(body: unknown, isBase64Encoded: unknown): Buffer | string | undefined {
  if (body === undefined || body === null) return "";
  if (typeof body !== "string") return JSON.stringify(body);
  return isBase64Encoded === true ? Buffer.from(body, "base64") : body;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
