import { IntrinsicTypeError, stringToLowerCase } from "../primordials.ts";
import { sealBytes } from "../web/blob.ts";
import type { Bytes } from "../web/bytes.ts";
import { File } from "../web/file.ts";
import { FormData } from "../web/form-data.ts";
import { decodeUtf8, encodeUtf8 } from "../web/utf8.ts";

interface PartHead {
  readonly name: string;
  readonly filename: string | undefined;
  readonly type: string;
}

/** @throws TypeError when the body is not what its boundary promises */
export function parseMultipart(body: Bytes, boundary: string): FormData {
  const form = new FormData();
  const opening = encodeUtf8(`--${boundary}`);
  const delimiter = encodeUtf8(`\r\n--${boundary}`);
  if (boundary === "" || !startsAt(body, opening, 0)) throw malformed("it does not begin with the boundary");
  let at = opening.length;
  for (;;) {
    if (startsAt(body, encodeUtf8("--"), at)) return form;
    at = skipLineEnd(body, at);
    const headEnd = indexOf(body, encodeUtf8("\r\n\r\n"), Math.max(0, at - 2));
    if (headEnd < 0) throw malformed("the headers of a part do not end");
    const head = parseHead(decodeUtf8(body.subarray(at, Math.max(at, headEnd))));
    const from = headEnd + 4;
    const to = indexOf(body, delimiter, from - 2);
    if (to < 0) throw malformed("the last boundary is missing");
    const content = body.slice(from, Math.max(from, to));
    append(form, head, content);
    at = to + delimiter.length;
  }
}

function append(form: FormData, { name, filename, type }: PartHead, content: Bytes): void {
  if (filename === undefined) form.append(name, decodeUtf8(content, true));
  else form.append(name, new File(sealBytes(content), filename, { type }));
}

function parseHead(text: string): PartHead {
  let name: string | undefined;
  let filename: string | undefined;
  let type = "text/plain";
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1).trim();
    switch (stringToLowerCase(line.slice(0, Math.max(0, colon)).trim())) {
      case "content-disposition":
        if (!/^form-data\s*(;|$)/i.test(value)) throw malformed("a part is not form-data");
        name = parameter(value, "name");
        filename = parameter(value, "filename");
        break;
      case "content-type":
        type = value;
        break;
    }
  }
  if (name === undefined) throw malformed("a part has no name");
  return { name, filename, type };
}

function parameter(value: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, "i").exec(value);
  const text = found?.[1]?.replace(/\\(["\\])/g, "$1") ?? found?.[2];
  return text?.replace(/%(0A|0D|22)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** After a boundary there may be blanks before the end of the line. */
function skipLineEnd(body: Bytes, at: number): number {
  let end = at;
  while (body[end] === 0x20 || body[end] === 0x09) end++;
  if (body[end] !== 0x0d || body[end + 1] !== 0x0a) throw malformed("a boundary is not followed by a new line");
  return end + 2;
}

function startsAt(body: Bytes, wanted: Bytes, at: number): boolean {
  for (let index = 0; index < wanted.length; index++) if (body[at + index] !== wanted[index]) return false;
  return true;
}

function indexOf(body: Bytes, wanted: Bytes, from: number): number {
  let at = body.indexOf(wanted[0] as number, from);
  while (at >= 0 && !startsAt(body, wanted, at)) at = body.indexOf(wanted[0] as number, at + 1);
  return at;
}

function malformed(why: string): Error {
  return new IntrinsicTypeError(`The body is not multipart/form-data: ${why}`);
}
