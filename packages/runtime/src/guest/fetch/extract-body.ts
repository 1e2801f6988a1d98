import { loadUrl } from "../lazy.ts";
import { IntrinsicTypeError, toText, toWellFormed } from "../primordials.ts";
import { bytesOf, copyBytes } from "../web/bytes.ts";
import { encodeUtf8 } from "../web/utf8.ts";
import { BodyContent, isStream } from "./body-content.ts";

export interface ExtractedBody {
  readonly content: BodyContent | null;
  /** What Content-Type is when the caller sets none. */
  readonly type: string | null;
}

/** Turns a body argument into content, by the Fetch standard, as far as its types exist here. */
export function extractBody(source: unknown): ExtractedBody {
  if (source === null || source === undefined) return { content: null, type: null };
  if (typeof source === "string") return textBody(source, "text/plain;charset=UTF-8");
  const bytes = bytesOf(source);
  if (bytes !== undefined) return { content: new BodyContent(new Uint8Array(copyBytes(bytes))), type: null };
  if (source instanceof BodyContent) return { content: source, type: null };
  if (isStream(source)) {
    if (source.locked) throw new IntrinsicTypeError("The body's stream is locked");
    return { content: new BodyContent(source), type: null };
  }
  if (isSearchParams(source)) return textBody(toText(source), "application/x-www-form-urlencoded;charset=UTF-8");
  return textBody(toWellFormed(toText(source)), "text/plain;charset=UTF-8");
}

function textBody(text: string, type: string): ExtractedBody {
  return { content: new BodyContent(encodeUtf8(text)), type };
}

function isSearchParams(source: unknown): boolean {
  // Reading the tag first spares loading the URL classes for bodies that are something else.
  const tag = (source as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return tag === "URLSearchParams" && source instanceof loadUrl().URLSearchParams;
}
