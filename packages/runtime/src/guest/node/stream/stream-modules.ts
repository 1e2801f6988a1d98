import { stream } from "./stream.ts";

/** `node:stream/promises`. */
export const streamPromises = stream.promises;

const WEB = [
  "ReadableStream",
  "ReadableStreamDefaultReader",
  "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest",
  "ReadableByteStreamController",
  "ReadableStreamDefaultController",
  "TransformStream",
  "TransformStreamDefaultController",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
  "ByteLengthQueuingStrategy",
  "CountQueuingStrategy",
  "TextEncoderStream",
  "TextDecoderStream",
  "CompressionStream",
  "DecompressionStream",
] as const;

/** `node:stream/web`: what the globals are, looked up late so that none is loaded for another's sake. */
export const streamWeb: object = Object.defineProperties(
  {},
  Object.fromEntries(
    WEB.filter((name) => name in globalThis).map((name) => [
      name,
      { enumerable: true, get: () => (globalThis as unknown as Record<string, unknown>)[name] },
    ]),
  ),
);

type Source = AsyncIterable<unknown>;

async function bytesOf(source: Source): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) {
    if (typeof chunk === "string") chunks.push(Buffer.from(chunk));
    else if (chunk instanceof ArrayBuffer) chunks.push(new Uint8Array(chunk));
    else chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

async function textOf(source: Source): Promise<string> {
  return new TextDecoder().decode(await bytesOf(source));
}

async function arrayBufferOf(source: Source): Promise<ArrayBufferLike> {
  const { buffer, byteOffset, byteLength } = await bytesOf(source);
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

/** `node:stream/consumers`. */
export const streamConsumers = {
  arrayBuffer: arrayBufferOf,
  buffer: bytesOf,
  bytes: async (source: Source): Promise<Uint8Array> => new Uint8Array(await arrayBufferOf(source)),
  text: textOf,
  json: async (source: Source): Promise<unknown> => JSON.parse(await textOf(source)) as unknown,
  blob: async (source: Source): Promise<unknown> => new Blob([(await arrayBufferOf(source)) as ArrayBuffer]),
};
