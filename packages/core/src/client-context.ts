import { PlatformError } from "./platform-error.ts";

/** Of the header's value (Lambda). */
const BASE64_BYTES_MAX = 3_583;

/**
 * What a caller tells a function about itself: the value of `X-Amz-Client-Context`.
 *
 * @returns JSON text
 * @throws PlatformError Request.TooLarge, Request.InvalidJson
 */
export function readClientContext(base64: string): string {
  if (base64.length > BASE64_BYTES_MAX) {
    throw new PlatformError("Request.TooLarge", `The client context is longer than ${BASE64_BYTES_MAX} bytes.`);
  }
  const text = Buffer.from(base64, "base64").toString();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return JSON.stringify(value);
  } catch {
    // Told below.
  }
  throw new PlatformError("Request.InvalidJson", "The client context is not a JSON object in base64.");
}
