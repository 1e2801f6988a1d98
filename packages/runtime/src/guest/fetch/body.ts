import { jsonParse, typedArrayBuffer } from "../primordials.ts";
import { type Bytes, copyBytes } from "../web/bytes.ts";
import type { ByteStream } from "../web/streams.ts";
import { decodeUtf8 } from "../web/utf8.ts";
import type { BodyContent } from "./body-content.ts";

let contentOf: (body: Body) => BodyContent | null;

/** What Request and Response have in common. */
export class Body {
  readonly #content: BodyContent | null;

  constructor(content: BodyContent | null) {
    this.#content = content;
  }

  get body(): ByteStream | null {
    return this.#content?.stream ?? null;
  }

  get bodyUsed(): boolean {
    return this.#content?.used ?? false;
  }

  async text(): Promise<string> {
    return decodeUtf8(await consume(this.#content));
  }

  async json(): Promise<unknown> {
    return jsonParse(decodeUtf8(await consume(this.#content)));
  }

  async bytes(): Promise<Bytes> {
    return new Uint8Array(copyBytes(await consume(this.#content)));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return typedArrayBuffer(await this.bytes()) as ArrayBuffer;
  }

  static {
    contentOf = (body) => body.#content;
  }
}

export function bodyContent(body: Body): BodyContent | null {
  return contentOf(body);
}

async function consume(content: BodyContent | null): Promise<Bytes> {
  return content === null ? new Uint8Array(0) : content.consume();
}
