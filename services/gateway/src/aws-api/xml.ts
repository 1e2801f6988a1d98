import type { AwsError } from "./aws-error.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
}

/** An error in AWS' query protocol. */
export function writeXmlError(
  { fault, queryCode, message }: AwsError,
  { namespace, requestId }: { readonly namespace: string; readonly requestId: string },
): string {
  const body = `<Error><Type>${fault}</Type><Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(message)}</Message><Detail/></Error>`;
  const id = `<RequestId>${escapeXml(requestId)}</RequestId>`;
  return `<?xml version="1.0"?><ErrorResponse xmlns="${namespace}">${body}${id}</ErrorResponse>`;
}
