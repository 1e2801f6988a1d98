import {
  brand,
  IntrinsicRangeError,
  IntrinsicTypeError,
  IntrinsicUint8Array,
  stringToLowerCase,
  toText,
} from "../primordials.ts";
import { requireBytes } from "./bytes.ts";
import { TextBuilder, Utf8Decoder } from "./utf8.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** The labels of the Encoding Standard for the encodings that a function has. */
const LABELS: Readonly<Record<Encoding, string>> = {
  "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
  "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
  "utf-16be": "unicodefffe utf-16be",
  "windows-1252":
    "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 " +
    "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
};
const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;

function encodingOf(label: string): Encoding {
  if (label === "utf-8") return label;
  const name = stringToLowerCase(label).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
  for (const encoding of ENCODINGS) if (LABELS[encoding].split(" ").includes(name)) return encoding;
  throw new IntrinsicRangeError(
    `The "${label}" encoding is not supported: a function has utf-8, utf-16le, utf-16be and windows-1252 (latin1)`,
  );
}

/** windows-1252 is Latin-1 but for these, from 0x80. */
const WINDOWS_1252 =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

const NOTHING = new IntrinsicUint8Array(0);

export class TextDecoder {
  readonly #encoding: Encoding;
  readonly #fatal: boolean;
  readonly #ignoreBom: boolean;
  #utf8 = new Utf8Decoder();
  #pendingUnit: number | undefined;
  #pendingHigh: number | undefined;
  /** The first characters of a stream have been seen: no byte order mark is looked for any more. */
  #begun = false;

  constructor(label: unknown = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } | null = {}) {
    if (options !== null && typeof options !== "object" && typeof options !== "function") {
      throw new IntrinsicTypeError("TextDecoder: the options must be an object");
    }
    this.#encoding = encodingOf(toText(label));
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBom = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }

  decode(input?: unknown, options: { stream?: boolean } = {}): string {
    const bytes = input === undefined ? NOTHING : requireBytes("TextDecoder.decode: the input", input);
    const stream = Boolean(options?.stream);
    const out = new TextBuilder();
    const sound = this.#decodeBytes(bytes, out, !stream);
    const text = out.toText();
    if (!sound) {
      this.#restart();
      throw Object.assign(new IntrinsicTypeError(`The encoded data was not valid for encoding ${this.#encoding}`), {
        code: "ERR_ENCODING_INVALID_ENCODED_DATA",
      });
    }
    const markAtStart = !this.#begun && !this.#ignoreBom && text !== "" && text.charCodeAt(0) === 0xfeff;
    if (text !== "") this.#begun = true;
    if (!stream) this.#restart();
    return markAtStart && this.#encoding !== "windows-1252" ? text.slice(1) : text;
  }

  #decodeBytes(bytes: Uint8Array, out: TextBuilder, last: boolean): boolean {
    switch (this.#encoding) {
      case "utf-8":
        return this.#utf8.decode(bytes, out, this.#fatal) && (!last || this.#utf8.end(out, this.#fatal));
      case "utf-16le":
      case "utf-16be":
        return this.#decodeUtf16(bytes, out, last);
      case "windows-1252":
        for (const byte of bytes) out.push(byte >= 0x80 && byte < 0xa0 ? WINDOWS_1252.charCodeAt(byte - 0x80) : byte);
        return true;
    }
  }

  #decodeUtf16(bytes: Uint8Array, out: TextBuilder, last: boolean): boolean {
    let sound = true;
    for (const byte of bytes) {
      if (this.#pendingUnit === undefined) this.#pendingUnit = byte;
      else {
        const unit = this.#encoding === "utf-16le" ? this.#pendingUnit | (byte << 8) : (this.#pendingUnit << 8) | byte;
        this.#pendingUnit = undefined;
        sound = this.#pushUnit(unit, out) && sound;
      }
    }
    if (last && (this.#pendingUnit !== undefined || this.#pendingHigh !== undefined)) {
      out.push(0xfffd);
      sound = false;
    }
    return sound || !this.#fatal;
  }

  #pushUnit(unit: number, out: TextBuilder): boolean {
    const high = this.#pendingHigh;
    this.#pendingHigh = undefined;
    if (high !== undefined) {
      if (unit >= 0xdc00 && unit <= 0xdfff) {
        out.push(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
        return true;
      }
      out.push(0xfffd);
      this.#pushUnit(unit, out);
      return false;
    }
    if (unit >= 0xd800 && unit <= 0xdbff) this.#pendingHigh = unit;
    else if (unit >= 0xdc00 && unit <= 0xdfff) {
      out.push(0xfffd);
      return false;
    } else out.push(unit);
    return true;
  }

  #restart(): void {
    this.#utf8 = new Utf8Decoder();
    this.#pendingUnit = undefined;
    this.#pendingHigh = undefined;
    this.#begun = false;
  }
}

brand(TextDecoder, "TextDecoder");
