import { LIMITS, type ResponseDescription, StreamEnded, type StreamHead, type TakeChunk } from "@sluice/core";

/**
 * The streamed response of one attempt: handed on to who takes it, or collected into a payload when nobody does.
 */
export class ResponseStream {
  readonly #taker: TakeChunk | undefined;
  readonly #pieces: Uint8Array[] = [];
  #description: ResponseDescription | undefined;
  #bytes = 0;
  #begun = false;

  constructor(taker: TakeChunk | undefined) {
    this.#taker = taker;
  }

  /** Resolves when the piece was taken. @throws StreamEnded */
  readonly take: TakeChunk = async (head, bytes) => {
    this.#begun = true;
    this.#bytes += bytes.length;
    const limit = this.#taker === undefined ? LIMITS.payloadBytesMax : LIMITS.streamedBytesMax;
    if (this.#bytes > limit) {
      const kind = this.#taker === undefined ? "a response that is not streamed to its caller" : "a streamed response";
      throw new StreamEnded("Response.TooLarge", `${kind} may have ${limit} bytes at most`);
    }
    if (this.#taker !== undefined) return await this.#taker(head, bytes);
    if (head !== "") this.#description = (JSON.parse(head) as StreamHead).response ?? this.#description;
    if (bytes.length > 0) this.#pieces.push(bytes);
  };

  /**
   * What was collected, as JSON text: an HTTP answer in the form that Lambda's function URLs know, or what was written,
   * as it is when it is JSON and as a string when it is not. Undefined when nothing was streamed, or it was all taken.
   */
  collected(): Buffer | undefined {
    if (!this.#begun || this.#taker !== undefined) return undefined;
    const body = Buffer.concat(this.#pieces);
    const text = textOf(body);
    if (this.#description !== undefined) {
      const { statusCode = 200, headers = {}, cookies = [] } = this.#description;
      const written = text ?? body.toString("base64");
      const answer = { statusCode, headers, cookies, body: written, isBase64Encoded: text === undefined };
      return Buffer.from(JSON.stringify(answer));
    }
    if (text !== undefined && isJson(text)) return body;
    return Buffer.from(JSON.stringify(text ?? body.toString("base64")));
  }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
