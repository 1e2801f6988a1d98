import type { IncomingMessage } from "node:http";
import { PlatformError } from "@sluice/core";
import type { JsonBody } from "./operation.ts";
import { locateJsonFault } from "./json-fault.ts";

/**
 * The whole body. Past the limit nothing more is kept: the answer goes out at once, and Node discards what still comes.
 *
 * @throws PlatformError Request.TooLarge, Request.UnsupportedEncoding, Request.Malformed when the sender hung up
 */
export function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return Promise.reject(new PlatformError("Request.UnsupportedEncoding"));
  }
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) return Promise.reject(tooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (settle: () => void): void => {
      request.off("data", onData).off("end", onEnd).off("error", onError).off("close", onError);
      settle();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limitBytes) finish(() => reject(tooLarge(limitBytes)));
      else chunks.push(chunk);
    };
    const onEnd = (): void => finish(() => resolve(Buffer.concat(chunks, size)));
    const onError = (): void => finish(() => reject(new PlatformError("Request.Malformed", "The body ended early.")));
    request.on("data", onData).on("end", onEnd).on("error", onError).on("close", onError);
  });
}

/** Body text and the value in it; an empty body is the empty object. @throws PlatformError Request.InvalidJson */
export function parseJsonBody(bytes: Uint8Array): JsonBody {
  if (bytes.length === 0) return { text: "{}", value: {} };
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

function tooLarge(limitBytes: number): PlatformError {
  return new PlatformError("Request.TooLarge", `The body is larger than ${limitBytes} bytes.`, {
    details: { limitBytes },
  });
}
