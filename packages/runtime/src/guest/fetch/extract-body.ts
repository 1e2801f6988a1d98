import { loadBlob, loadEncodeMultipart, loadFormData, loadStreams, loadUrl } from "../lazy.ts";
import { IntrinsicTypeError, toText, toWellFormed } from "../primordials.ts";
import type { Blob } from "../web/blob.ts";
import { bytesOf, copyBytes } from "../web/bytes.ts";
import type { ByteStream } from "../web/streams.ts";
import { encodeUtf8 } from "../web/utf8.ts";
import { BodyContent } from "./body-content.ts";

export interface ExtractedBody {
  readonly content: BodyContent | null;
  /** What Content-Type is when the caller sets none. */
  readonly type: string | null;
}

/** Turns a body argument into content, by the Fetch standard. */
export function extractBody(source: unknown): ExtractedBody {
  if (source === null || source === undefined) return { content: null, type: null };
  if (typeof source === "string") return textBody(source, "text/plain;charset=UTF-8");
  const bytes = bytesOf(source);
  if (bytes !== undefined) return { content: BodyContent.ofBytes(new Uint8Array(copyBytes(bytes))), type: null };
  if (source instanceof BodyContent) return { content: source, type: null };
  // Reading the tag first spares loading the classes for bodies that are something else.
  switch ((source as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]) {
    case "ReadableStream":
      if (isReadableStream(source)) return streamBody(source);
      break;
    case "Blob":
    case "File":
      if (loadBlob().isBlob(source)) return blobBody(source);
      break;
    case "FormData":
      if (source instanceof loadFormData().FormData) {
        const { bytes: encoded, type } = loadEncodeMultipart().encodeMultipart(source);
        return { content: BodyContent.ofBytes(encoded), type };
      }
      break;
    case "URLSearchParams":
      if (source instanceof loadUrl().URLSearchParams) {
        return textBody(toText(source), "application/x-www-form-urlencoded;charset=UTF-8");
      }
      break;
  }
  if (isAsyncIterable(source)) return streamBody(loadStreams().ReadableStream.from(source));
  return textBody(toWellFormed(toText(source)), "text/plain;charset=UTF-8");
}

/** Not in the standard, but as Node has it: its streams and async generators are bodies too. */
function isAsyncIterable(source: unknown): source is AsyncIterable<unknown> {
  return typeof (source as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] === "function";
}

function textBody(text: string, type: string): ExtractedBody {
  return { content: BodyContent.ofBytes(encodeUtf8(text)), type };
}

function blobBody(blob: Blob): ExtractedBody {
  return { content: BodyContent.ofBytes(loadBlob().blobBytes(blob)), type: blob.type === "" ? null : blob.type };
}

function streamBody(stream: ByteStream): ExtractedBody {
  if (stream.locked || loadStreams().isDisturbed(stream)) {
    throw new IntrinsicTypeError("The body's stream is locked or was read before");
  }
  return { content: BodyContent.ofStream(stream), type: null };
}

/** Looks at the tag first: a body that is no stream is no reason to load the stream classes. */
export function isReadableStream(source: unknown): source is ByteStream {
  if (typeof source !== "object" || source === null) return false;
  if ((source as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] !== "ReadableStream") return false;
  return source instanceof loadStreams().ReadableStream;
}
