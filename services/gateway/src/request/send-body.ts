import type { ServerResponse } from "node:http";

const ONE_WRITE_BYTES = 16_384;

/** Ends an answer. Node joins a string with the headers into one write; bytes are a second one, dearer than turning few of them into text. */
export function sendBody(response: ServerResponse, body: string | Uint8Array): void {
  if (typeof body === "string" || body.byteLength > ONE_WRITE_BYTES) response.end(body);
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1"), "latin1");
}
