import { loadBuffer } from "../../lazy.ts";
import { type Bytes, bytesOf } from "../../web/bytes.ts";
import { invalidType } from "./node-error.ts";

export type Encoding = string | null | undefined;
/** Node's Buffer, as far as it matters here. */
export type NodeBuffer = Bytes & { toString(encoding?: string): string };

interface BufferClass {
  from(text: string, encoding?: string): NodeBuffer;
  from(buffer: ArrayBuffer, offset: number, length: number): NodeBuffer;
}

const bufferClass = (): BufferClass => loadBuffer().Buffer;

/** Text in an encoding, or the bytes themselves: shared with the caller unless it was text. */
export function bytesOfInput(name: string, data: unknown, encoding?: Encoding): Bytes {
  if (typeof data === "string") return plain(bufferClass().from(data, encodingOf(encoding)));
  const bytes = bytesOf(data);
  if (bytes === undefined) {
    throw invalidType(name, "of type string or an instance of Buffer, TypedArray, or DataView", data);
  }
  return bytes;
}

/** The same, as bytes that nobody else changes. */
export function ownBytes(name: string, data: unknown, encoding?: Encoding): Bytes {
  const bytes = bytesOfInput(name, data, encoding);
  return typeof data === "string" ? bytes : bytes.slice();
}

export function encodingOf(encoding: Encoding): string {
  return encoding === undefined || encoding === null || encoding === "buffer" ? "utf8" : encoding;
}

/** Bytes as users get them: a Buffer, or text when an encoding is given. */
export function output(bytes: Bytes, encoding?: Encoding): NodeBuffer | string {
  const buffer = asBuffer(bytes);
  return encoding === undefined || encoding === null || encoding === "buffer" ? buffer : buffer.toString(encoding);
}

export function asBuffer(bytes: Bytes): NodeBuffer {
  return bufferClass().from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function plain(buffer: NodeBuffer): Bytes {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
