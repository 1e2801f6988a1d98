import type { IncomingMessage } from "node:http";
import { PlatformError } from "@sluice/core";
import { askForBody } from "./expect-continue.ts";

const EMPTY = Buffer.alloc(0);

/**
 * The whole body as it came. Past the limit nothing more is kept: the answer goes out at once, and Node discards what
 * still comes.
 *
 * @throws PlatformError Request.TooLarge, Request.Malformed when the sender hung up
 */
export function readRaw(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const declared = request.headers["content-length"];
  if (declared === undefined && request.headers["transfer-encoding"] === undefined) return Promise.resolve(EMPTY);
  if (declared === "0") return Promise.resolve(EMPTY);
  if (Number(declared ?? 0) > limitBytes) return Promise.reject(tooLarge(limitBytes));
  askForBody(request);
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
    const onEnd = (): void => {
      const [first] = chunks;
      finish(() => resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size)));
    };
    const onError = (): void => finish(() => reject(new PlatformError("Request.Malformed", "The body ended early.")));
    request.on("data", onData).on("end", onEnd).on("error", onError).on("close", onError);
  });
}

function tooLarge(limitBytes: number): PlatformError {
  return new PlatformError("Request.TooLarge", `The body is larger than ${limitBytes} bytes.`, {
    details: { limitBytes },
  });
}
