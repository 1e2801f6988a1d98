import { loadBlob, loadReadFormData } from "../lazy.ts";
import { jsonParse, objectDefineProperty, objectGetOwnPropertyDescriptor, typedArrayBuffer } from "../primordials.ts";
import type { Blob } from "../web/blob.ts";
import { type Bytes, copyBytes } from "../web/bytes.ts";
import type { FormData } from "../web/form-data.ts";
import type { ByteStream } from "../web/streams.ts";
import { decodeUtf8 } from "../web/utf8.ts";
import type { BodyContent } from "./body-content.ts";
import type { Headers } from "./headers.ts";
import { extractMimeType, serializeMimeType } from "./mime-type.ts";

let contentOf: (body: Body) => BodyContent | null;

/** What Request and Response have in common. */
export abstract class Body {
  readonly #content: BodyContent | null;

  constructor(content: BodyContent | null) {
    this.#content = content;
  }

  abstract get headers(): Headers;

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
    return typedArrayBuffer(new Uint8Array(copyBytes(await consume(this.#content)))) as ArrayBuffer;
  }

  async blob(): Promise<Blob> {
    const bytes = await consume(this.#content);
    const type = extractMimeType(this.headers.get("content-type"));
    const { Blob, sealBytes } = loadBlob();
    return new Blob(sealBytes(bytes), { type: type === undefined ? "" : serializeMimeType(type) });
  }

  async formData(): Promise<FormData> {
    const type = extractMimeType(this.headers.get("content-type"));
    return loadReadFormData().readFormData(await consume(this.#content), type);
  }

  static {
    contentOf = (body) => body.#content;
  }
}

const MEMBERS = ["body", "bodyUsed", "text", "json", "bytes", "arrayBuffer", "blob", "formData"] as const;

/** In the standard, Body is a mixin: its members are the class's own, and it is in no prototype chain. */
export function mixInBody(publicClass: { readonly prototype: Body }): void {
  const { prototype } = publicClass;
  for (const name of MEMBERS) {
    objectDefineProperty(prototype, name, objectGetOwnPropertyDescriptor(Body.prototype, name) as PropertyDescriptor);
  }
  Object.setPrototypeOf(prototype, Object.prototype);
}

export function bodyContent(body: Body): BodyContent | null {
  return contentOf(body);
}

async function consume(content: BodyContent | null): Promise<Bytes> {
  return content === null ? new Uint8Array(0) : content.consume();
}
