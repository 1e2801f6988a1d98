import type { IncomingMessage } from "node:http";
import type { AccessKey } from "@sluice/core";
import { readRaw } from "../request/read-raw.ts";
import type { Refused } from "./sigv4/refusal.ts";
import type { SignatureVerifier } from "./sigv4/verifier.ts";

export interface SignedReading {
  /** The name that requests to this address are signed for: `lambda`, `sqs`, … */
  readonly service: string;
  readonly limitBytes: number;
  /** As it was sent; absent: `request.url`, which routers shorten. */
  readonly url?: string;
}

export type SignedBody = { readonly ok: true; readonly key: AccessKey; readonly body: Buffer } | Refused;

/**
 * Whose request it is, and its body, read once. Of a request whose head is refused, nothing is read.
 *
 * @throws PlatformError Request.TooLarge, Request.Malformed when the sender hung up, Service.Unavailable
 */
export async function readSigned(
  verifier: SignatureVerifier,
  request: IncomingMessage,
  { service, limitBytes, url = request.url ?? "/" }: SignedReading,
): Promise<SignedBody> {
  const { method = "GET", rawHeaders } = request;
  const opened = await verifier.open({ method, url, rawHeaders }, service);
  if (!opened.ok) return opened;
  const body = await readRaw(request, limitBytes);
  const verified = opened.complete(body);
  return verified.ok ? { ...verified, body } : verified;
}
