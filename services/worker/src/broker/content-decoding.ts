import { pipeline, type Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** What we can decode, as a request says it. */
export const ENCODINGS = "gzip, deflate, br";
/** Each coding is a stream of its own in this process. */
const CODINGS_MAX = 3;
const CHUNK = 64 * 1024;

/**
 * A response's body without its Content-Encoding. What cannot be decoded is handed on as it is, as browsers do. Work is
 * done on other threads, and only as fast as the guest reads.
 */
export function decodeBody(body: Readable, contentEncoding: string): Readable {
  const codings = contentEncoding
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length === 0 || codings.length > CODINGS_MAX || !codings.every(isKnown)) return body;
  return codings
    .reverse()
    .reduce((stream: Readable, coding) => pipeline(stream, decoder(coding), () => undefined), body);
}

function isKnown(coding: string): boolean {
  return ["gzip", "x-gzip", "deflate", "br"].includes(coding);
}

function decoder(coding: string): ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress> {
  // Servers close compressed bodies without the trailer often enough that browsers do not mind.
  const lenient = { chunkSize: CHUNK, flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  switch (coding) {
    case "br":
      return createBrotliDecompress({
        chunkSize: CHUNK,
        flush: constants.BROTLI_OPERATION_FLUSH,
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
      });
    case "deflate":
      return createInflate(lenient);
    default:
      return createGunzip(lenient);
  }
}
