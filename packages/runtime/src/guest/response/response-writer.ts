import { LIMITS, type ResponseDescription, type StreamHead } from "@sluice/core";
import { callAsync } from "../bridge/async-calls.ts";
import {
  IntrinsicUint8Array,
  jsonStringify,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
} from "../primordials.ts";
import { type Bytes, copyBytes } from "../web/bytes.ts";

/** Sends a response piece by piece; each piece is awaited, and is there when its receiver has taken it. */
export class ResponseWriter {
  #description: ResponseDescription | undefined;
  #begun = false;

  /** Status, headers and cookies, which go with the first piece. @throws Error when that is gone already */
  describe(description: ResponseDescription): void {
    if (this.#begun) throw new Error("The response has begun: its status and headers cannot be changed any more");
    this.#description = description;
  }

  get description(): ResponseDescription | undefined {
    return this.#description;
  }

  /** Rejects with an Error whose code is `Response.CallerGone`, `Response.TooLarge` or `Response.Ended`. */
  async write(bytes: Bytes): Promise<void> {
    const size = typedArrayByteLength(bytes);
    for (let at = 0; at < size; at += LIMITS.streamChunkBytes) {
      const length = size - at < LIMITS.streamChunkBytes ? size - at : LIMITS.streamChunkBytes;
      const piece = new IntrinsicUint8Array(typedArrayBuffer(bytes), typedArrayByteOffset(bytes) + at, length);
      await this.#send({}, copyBytes(piece as Bytes));
    }
  }

  /** Begins the response if nothing was written. `complete`: its receiver shall not wait for the invocation to end. */
  async end(complete: boolean): Promise<void> {
    if (complete) await this.#send({ end: true });
    else if (!this.#begun) await this.#send({});
  }

  async #send(head: StreamHead, bytes?: ArrayBuffer): Promise<void> {
    const first = !this.#begun;
    this.#begun = true;
    const whole: StreamHead =
      first && this.#description !== undefined ? { ...head, response: this.#description } : head;
    const isPlain = whole.response === undefined && whole.end === undefined;
    await callAsync("response.write", isPlain ? "" : jsonStringify(whole), bytes);
  }
}
