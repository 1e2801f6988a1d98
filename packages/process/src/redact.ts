import { types } from "node:util";

/** Log fields without secrets: whatever hides under a telling name is masked, at any depth. */

const SECRET_NAME =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|.*token|.*secret|.*password|.*passwd|secretaccesskey|.*privatekey)$/i;
const MASK = "[redacted]";
const DEPTH_MAX = 6;

export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactMembers(fields, 0, []);
}

/** `redis://user:secret@host` as `redis://user:***@host`, wherever it stands in a text. */
export function maskUrlPassword(text: string): string {
  return text.includes("://") ? text.replace(/(\w:\/\/[^/?#@:\s]*):[^/?#@\s]*@/g, "$1:***@") : text;
}

function redactMembers(value: object, depth: number, above: readonly object[]): Record<string, unknown> {
  const inside = [...above, value];
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAME.test(name) && member != null ? MASK : redactValue(member, depth + 1, inside),
    ]),
  );
}

function redactValue(value: unknown, depth: number, above: readonly object[]): unknown {
  if (typeof value === "string") return maskUrlPassword(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (types.isNativeError(value)) return describeError(value, [...above, value]);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth > DEPTH_MAX) return "[deep]";
  if (Array.isArray(value)) return value.map((member) => redactValue(member, depth + 1, [...above, value]));
  if ("toJSON" in value && typeof value.toJSON === "function") return redactValue(value.toJSON(), depth + 1, above);
  return redactMembers(value, depth, above);
}

/** Only what an error always has: its other members may hold whole requests with their headers. */
function describeError(error: Error, above: readonly object[]): Record<string, unknown> {
  const code: unknown = "code" in error ? error.code : undefined;
  const errors = error instanceof AggregateError ? error.errors.slice(0, 5) : undefined;
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: maskUrlPassword(error.message),
    stack: maskUrlPassword(error.stack ?? ""),
    ...(errors === undefined ? {} : { errors: errors.map((one) => redactValue(one, above.length, above)) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, above.length, above) }),
  };
}
