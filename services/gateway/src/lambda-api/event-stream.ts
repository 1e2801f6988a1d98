import { crc32 } from "node:zlib";

/**
 * `application/vnd.amazon.eventstream`, the framing of `InvokeWithResponseStream`. A message is: its whole length, the
 * length of its headers, the CRC of these eight bytes, headers, payload, the CRC of all before it. Numbers are
 * big-endian, headers are strings here.
 */

export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
const STRING_HEADER = 7;
/** Readers keep a whole message: a larger chunk goes as several. */
const PAYLOAD_BYTES_MAX = 262_144;

const CHUNK_HEADERS = encodeHeaders({
  ":message-type": "event",
  ":event-type": "PayloadChunk",
  ":content-type": "application/octet-stream",
});
const COMPLETE_HEADERS = encodeHeaders({
  ":message-type": "event",
  ":event-type": "InvokeComplete",
  ":content-type": "application/json",
});

/** How an invocation ended: with neither code nor details, well. */
export interface InvokeComplete {
  readonly ErrorCode?: string;
  readonly ErrorDetails?: string;
  /** Base64 of the last of the log, when the caller asked for it. */
  readonly LogResult?: string;
}

/** The messages of a chunk of the answer; none for an empty one. */
export function* encodePayloadChunk(chunk: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < chunk.byteLength; at += PAYLOAD_BYTES_MAX) {
    yield encodeMessage(CHUNK_HEADERS, chunk.subarray(at, at + PAYLOAD_BYTES_MAX));
  }
}

export function encodeInvokeComplete(complete: InvokeComplete): Buffer {
  return encodeMessage(COMPLETE_HEADERS, Buffer.from(JSON.stringify(complete)));
}

/** What ends a stream that the platform, not the function, could not go on with. */
export function encodeException(type: string, body: Readonly<Record<string, string>>): Buffer {
  const headers = encodeHeaders({
    ":message-type": "exception",
    ":exception-type": type,
    ":content-type": "application/json",
  });
  return encodeMessage(headers, Buffer.from(JSON.stringify(body)));
}

/** A whole answer, at the pace of its reader: what a pipeline to the response pulls. */
export async function* encodeResponseStream(
  chunks: AsyncIterable<Uint8Array>,
  complete: () => InvokeComplete | Promise<InvokeComplete>,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield* encodePayloadChunk(chunk);
  yield encodeInvokeComplete(await complete());
}

function encodeMessage(headers: Buffer, payload: Uint8Array): Buffer {
  const length = PRELUDE_BYTES + headers.length + payload.byteLength + CRC_BYTES;
  const message = Buffer.allocUnsafe(length);
  message.writeUInt32BE(length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(headers, PRELUDE_BYTES);
  message.set(payload, PRELUDE_BYTES + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, length - CRC_BYTES)), length - CRC_BYTES);
  return message;
}

function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(headers).flatMap(([name, value]) => {
    const text = Buffer.from(value);
    const size = Buffer.allocUnsafe(2);
    size.writeUInt16BE(text.length);
    return [Buffer.from([Buffer.byteLength(name)]), Buffer.from(name), Buffer.from([STRING_HEADER]), size, text];
  });
  return Buffer.concat(parts);
}
