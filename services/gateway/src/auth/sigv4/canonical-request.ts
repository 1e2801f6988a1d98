import { hash } from "node:crypto";
import { canonicalPath } from "./canonical-path.ts";
import { scopeText } from "./credential-scope.ts";
import { canonicalQuery } from "./query.ts";
import { ALGORITHM, type RequestHead, type SignatureClaim } from "./signature-claim.ts";

/** The request in the one form that both sides can make of it: all but the digest of the body. */
export function canonicalHead(head: RequestHead, claim: SignatureClaim): string {
  const { headers, signedHeaders, parameters } = claim;
  let lines = "";
  for (const name of signedHeaders) lines += `${name}:${headers.canonical(name) ?? ""}\n`;
  const query = canonicalQuery(parameters);
  return `${head.method}\n${canonicalPath(head.url)}\n${query}\n${lines}\n${signedHeaders.join(";")}\n`;
}

/** What is signed in the end. Headers have one character for each byte, as the request line has. */
export function stringToSign(canonical: string, bodyDigest: string, { time, scope }: SignatureClaim): string {
  const digest = hash("sha256", Buffer.from(canonical + bodyDigest, "latin1"), "hex");
  return `${ALGORITHM}\n${time.text}\n${scopeText(scope)}\n${digest}`;
}
