import { brand, dateNow, IntrinsicTypeError, toNumber, toText, toWellFormed, trunc } from "../primordials.ts";
import { Blob, type BlobOptions, blobBytes, sealBytes } from "./blob.ts";

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(parts: unknown, name: unknown, options?: (BlobOptions & { readonly lastModified?: unknown }) | null) {
    if (arguments.length < 2) throw new IntrinsicTypeError("File needs its parts and a name");
    super(parts ?? missingParts(), options);
    this.#name = toWellFormed(toText(name));
    const { lastModified } = options ?? {};
    this.#lastModified = lastModified === undefined ? dateNow() : trunc(toNumber(lastModified)) || 0;
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }
}

brand(File, "File");

/** The same bytes under a name. */
export function fileOf(blob: Blob, name: string): File {
  const lastModified = blob instanceof File ? blob.lastModified : undefined;
  return new File(sealBytes(blobBytes(blob)), name, { type: blob.type, lastModified });
}

function missingParts(): never {
  throw new IntrinsicTypeError("File: the parts must be an array or another sequence");
}
