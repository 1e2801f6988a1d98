import type { IncomingMessage } from "node:http";
import type { TriggerAuth } from "@sluice/core";
import { readRaw } from "../request/read-raw.ts";
import { checkTriggerAuth, needsBody } from "./trigger-auth.ts";

const NO_BODY = Buffer.alloc(0);

/**
 * The raw body of a request that its trigger lets through. A stranger's body is read only where the signature is made
 * over it.
 *
 * @throws PlatformError Trigger.CredentialsMissing, Trigger.CredentialsInvalid, Request.TooLarge, Request.Malformed
 */
export async function readAuthorised(request: IncomingMessage, auth: TriggerAuth, limitBytes: number): Promise<Buffer> {
  if (!needsBody(auth)) checkTriggerAuth(auth, request.headers, NO_BODY);
  const body = await readRaw(request, limitBytes);
  if (needsBody(auth)) checkTriggerAuth(auth, request.headers, body);
  return body;
}
