import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Checks a request's Signature Version 4, because s3rver takes any. Answers S3's error code, or undefined when the
 * signature is right. The body is not compared with the digest that was signed.
 */
export function signatureFault(request: IncomingMessage, credentials: Credentials): string | undefined {
  const match = AUTHORIZATION.exec(request.headers.authorization ?? "");
  if (match === null) return "AccessDenied";
  const [, accessKeyId = "", day = "", region = "", signedHeaders = "", signature = ""] = match;
  if (accessKeyId !== credentials.accessKeyId) return "InvalidAccessKeyId";
  const scope = `${day}/${region}/s3/aws4_request`;
  const canonical = digest(canonicalRequest(request, signedHeaders));
  const text = ["AWS4-HMAC-SHA256", header(request, "x-amz-date"), scope, canonical].join("\n");
  let key: Buffer | string = `AWS4${credentials.secretAccessKey}`;
  for (const part of [day, region, "s3", "aws4_request"]) key = hmac(key, part);
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, "hex")) ? undefined : "SignatureDoesNotMatch";
}

function canonicalRequest(request: IncomingMessage, signedHeaders: string): string {
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  const headers = signedHeaders
    .split(";")
    .map((name) => `${name}:${header(request, name).trim().replace(/\s+/g, " ")}`);
  return [
    request.method ?? "GET",
    path,
    canonicalQuery(query),
    ...headers,
    "",
    signedHeaders,
    header(request, "x-amz-content-sha256"),
  ].join("\n");
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  const pairs = query.split("&").map((pair) => (pair.includes("=") ? pair : `${pair}=`));
  return pairs.sort().join("&");
}

function header(request: IncomingMessage, name: string): string {
  return [request.headers[name] ?? ""].flat().join(",");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
