import type { IncomingMessage } from "node:http";
import { PlatformError } from "@sluice/core";
import { locateJsonFault } from "./json-fault.ts";
import { heavyJson } from "./json-weight.ts";
import { readRaw } from "./read-raw.ts";

export interface JsonBody {
  readonly text: string;
  readonly value: unknown;
}

/**
 * The whole body of a request that must not be compressed.
 *
 * @throws PlatformError Request.TooLarge, Request.UnsupportedEncoding, Request.Malformed when the sender hung up
 */
export async function readPlain(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new PlatformError("Request.UnsupportedEncoding");
  }
  return await readRaw(request, limitBytes);
}

/** Body text and the value in it; an empty body is the empty object. @throws PlatformError Request.InvalidJson */
export function parseJsonBody(bytes: Uint8Array): JsonBody {
  if (bytes.length === 0) return { text: "{}", value: {} };
  const tooMuch = heavyJson(bytes);
  if (tooMuch !== undefined) throw new PlatformError("Request.InvalidJson", `The body is not taken: ${tooMuch}.`);
  const text = decodeUtf8(bytes);
  try {
    return { text, value: JSON.parse(text) as unknown };
  } catch (cause) {
    const fault = locateJsonFault(text);
    const details = { line: fault.line, column: fault.column, offset: fault.offset };
    const where = `at line ${fault.line}, column ${fault.column}`;
    throw new PlatformError("Request.InvalidJson", `The body is not valid JSON: ${fault.message} ${where}.`, {
      cause,
      details,
    });
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PlatformError("Request.InvalidJson", "The body is not valid UTF-8.", { cause });
  }
}
