import { blobBytes } from "../web/blob.ts";
import { type Bytes, joinBytes } from "../web/bytes.ts";
import { type FormData, formEntries } from "../web/form-data.ts";
import { encodeUtf8 } from "../web/utf8.ts";

export interface EncodedForm {
  readonly bytes: Bytes;
  readonly type: string;
}

/** multipart/form-data as the HTML standard encodes it. */
export function encodeMultipart(form: FormData): EncodedForm {
  const boundary = `----sluice-form-${randomDigits()}${randomDigits()}`;
  const pieces: Bytes[] = [];
  for (const [name, value] of formEntries(form)) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escape(normalizeLines(name))}"`;
    if (typeof value === "string") pieces.push(encodeUtf8(`${head}\r\n\r\n${normalizeLines(value)}\r\n`));
    else {
      const type = value.type === "" ? "application/octet-stream" : value.type;
      pieces.push(encodeUtf8(`${head}; filename="${escape(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
      pieces.push(blobBytes(value), encodeUtf8("\r\n"));
    }
  }
  pieces.push(encodeUtf8(`--${boundary}--\r\n`));
  return { bytes: joinBytes(pieces), type: `multipart/form-data; boundary=${boundary}` };
}

function normalizeLines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n");
}

function escape(text: string): string {
  return text.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22");
}

/** A boundary must not occur in the content by chance; it protects nothing. */
function randomDigits(): string {
  return Math.random().toString().slice(2, 14).padStart(12, "0");
}
