import { loadStreams } from "../lazy.ts";
import { brand, toText } from "../primordials.ts";
import type { ByteStream, TransformPair } from "./streams.ts";
import { TextDecoder } from "./text-decoder.ts";
import { encodeUtf8 } from "./utf8.ts";

const HIGH = /[\ud800-\udbff]$/;

export class TextEncoderStream {
  readonly #pair: TransformPair;
  /** Half of a character, whose other half the next chunk may bring. */
  #pending = "";

  constructor() {
    this.#pair = new (loadStreams().TransformStream)({
      transform: (chunk, controller) => {
        const text = this.#pending + toText(chunk);
        this.#pending = HIGH.test(text) ? text.slice(-1) : "";
        const whole = this.#pending === "" ? text : text.slice(0, -1);
        if (whole !== "") controller.enqueue(encodeUtf8(whole));
      },
      flush: (controller) => {
        if (this.#pending !== "") controller.enqueue(encodeUtf8(this.#pending));
      },
    });
  }

  get encoding(): string {
    return "utf-8";
  }

  get readable(): ByteStream {
    return this.#pair.readable;
  }

  get writable(): unknown {
    return this.#pair.writable;
  }
}

export class TextDecoderStream {
  readonly #pair: TransformPair;
  readonly #decoder: TextDecoder;

  constructor(label: unknown = "utf-8", options: { readonly fatal?: boolean; readonly ignoreBOM?: boolean } = {}) {
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#pair = new (loadStreams().TransformStream)({
      transform: (chunk, controller) => {
        const text = decoder.decode(chunk ?? null, { stream: true });
        if (text !== "") controller.enqueue(text);
      },
      flush: (controller) => {
        const text = decoder.decode();
        if (text !== "") controller.enqueue(text);
      },
    });
  }

  get encoding(): string {
    return this.#decoder.encoding;
  }

  get fatal(): boolean {
    return this.#decoder.fatal;
  }

  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM;
  }

  get readable(): ByteStream {
    return this.#pair.readable;
  }

  get writable(): unknown {
    return this.#pair.writable;
  }
}

brand(TextEncoderStream, "TextEncoderStream");
brand(TextDecoderStream, "TextDecoderStream");
