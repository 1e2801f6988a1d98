import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { StreamEnded, type StreamHead } from "@sluice/core";
import { withoutCors } from "./cors.ts";
import { toStreamHead } from "./url-response.ts";

const NO_DESCRIPTION = {};

/**
 * An HTTP answer that is written while the function still runs.
 *
 *   1. Status and headers go out with the first piece; until then, the answer may still become an error.
 *   2. A piece is taken when the socket has room for more: that is what the guest waits for.
 *   3. An attempt that fails after the first piece ends the connection, so that nobody takes a part for the whole.
 */
export class StreamedResponse {
  readonly #response: ServerResponse;
  readonly #invocationId: string;
  readonly #ruled: boolean;

  /** @param ruled the URL's settings say what browsers of other origins may do, not the function */
  constructor(response: ServerResponse, invocationId: string, ruled: boolean) {
    this.#response = response;
    this.#invocationId = invocationId;
    this.#ruled = ruled;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  /** @throws StreamEnded when the caller went away, or the answer is complete, or its description is not valid */
  async take(head: string, bytes: Uint8Array): Promise<void> {
    const response = this.#response;
    const { response: description, end } = head === "" ? ({} as StreamHead) : (JSON.parse(head) as StreamHead);
    if (response.destroyed) throw new StreamEnded("Response.CallerGone");
    if (response.writableEnded) throw new StreamEnded("Response.Ended");
    if (!response.headersSent) this.#start(description ?? NO_DESCRIPTION);
    const room = bytes.length === 0 || response.write(bytes);
    if (end === true) response.end();
    else if (!room) await roomIn(response);
  }

  /** The attempt has ended. */
  finish(failed: boolean): void {
    if (this.#response.writableEnded) return;
    if (failed) this.#response.destroy();
    else this.#response.end();
  }

  #start(description: unknown): void {
    const head = toStreamHead(description);
    if (head === undefined) throw new StreamEnded("Response.Invalid");
    const headers = this.#ruled ? withoutCors(head.headers, this.#response) : head.headers;
    this.#response.writeHead(head.status, [...headers, "x-amzn-requestid", this.#invocationId]);
    this.#response.flushHeaders();
  }
}

/** Resolves when more can be written. @throws StreamEnded when the caller went away */
export async function roomIn(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  try {
    await Promise.race([
      once(response, "drain", { signal: gone.signal }),
      once(response, "close", { signal: gone.signal }),
    ]);
  } finally {
    gone.abort();
  }
  if (response.destroyed) throw new StreamEnded("Response.CallerGone");
}
