import { readAuthorizationHeader } from "./authorization-header.ts";
import { HeaderList } from "./header-list.ts";
import { isPresigned, readPresignedQuery } from "./presigned-query.ts";
import { parseQuery } from "./query.ts";
import { incomplete, invalid, type Refused, UNRECOGNISED } from "./refusal.ts";
import type { Claimed, RequestHead, SignatureClaim } from "./signature-claim.ts";

/** Of these there is one, or nobody could say which of them was signed. */
const SINGLE = ["authorization", "host", "date", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"] as const;
const SIGNED_HEADERS_MAX = 100;

/** What the head claims, once it is sure that the claim covers all that could change what the request does. */
export function readClaim(head: RequestHead): Claimed {
  const headers = new HeaderList(head.rawHeaders);
  const repeated = SINGLE.find((name) => headers.isRepeated(name));
  if (repeated !== undefined) return incomplete(`The header '${repeated}' came more than once.`);
  const parameters = parseQuery(head.url);
  const presigned = isPresigned(parameters);
  if (presigned && headers.has("authorization")) {
    return incomplete("A request is signed in its Authorization header or in its query, not in both.");
  }
  const claimed = presigned ? readPresignedQuery(parameters, headers) : readAuthorizationHeader(headers, parameters);
  if (!claimed.ok) return claimed;
  return checkCoverage(claimed.claim, presigned) ?? claimed;
}

function checkCoverage(claim: SignatureClaim, presigned: boolean): Refused | undefined {
  const { headers, signedHeaders, parameters } = claim;
  // Keys are long-lived here; one that comes with a session was meant for somewhere else.
  const sessions = parameters.some(([name, value]) => name === "X-Amz-Security-Token" && value !== "");
  if (sessions || (headers.one("x-amz-security-token") ?? "") !== "") return UNRECOGNISED;
  if (signedHeaders.length > SIGNED_HEADERS_MAX) return incomplete("There are too many SignedHeaders.");
  const signed = new Set(signedHeaders);
  // What HTTP/2 calls it; in HTTP/1 no header can have that name.
  if (!signed.has("host") && !signed.has(":authority")) return mustBeSigned("Host");
  // The one whose time was taken.
  if (!presigned && !headers.has("x-amz-date") && !signed.has("date")) return mustBeSigned("Date");
  for (const name of headers.names()) {
    if (name.startsWith("x-amz-") && !signed.has(name)) return mustBeSigned(name);
  }
  for (const [at, name] of signedHeaders.entries()) {
    if (!headers.has(name)) return invalid(`'${name.slice(0, 64)}' is a 'SignedHeader' and was not sent.`);
    const before = signedHeaders[at - 1];
    if (before !== undefined && before >= name) return invalid("SignedHeaders must be in order and each once.");
  }
  return undefined;
}

function mustBeSigned(name: string): Refused {
  return invalid(`'${name.slice(0, 64)}' must be a 'SignedHeader' in the AWS Authorization.`);
}
