import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { PlatformError, type TriggerAuth } from "@sluice/core";

/**
 * Lets a call of a public address through, or not. An HMAC is checked over the raw body.
 *
 * @throws PlatformError Trigger.CredentialsMissing, Trigger.CredentialsInvalid
 */
export function checkTriggerAuth(auth: TriggerAuth, headers: IncomingHttpHeaders, body: Uint8Array): void {
  if (auth.type === "none") return;
  // Signed requests are checked where function URLs are called; nothing else may ask for them.
  if (auth.type === "iam") throw new PlatformError("Trigger.CredentialsMissing");
  if (auth.type === "bearer") return checkBearer(auth.token, headers.authorization);
  checkHmac(auth, headers[auth.header], body);
}

/** Known before the body is read: a stranger's body need not be. */
export function needsBody(auth: TriggerAuth): boolean {
  return auth.type === "hmac";
}

/** Some object stores send a configured token of two words as it is, and put `Bearer` before one of one word. */
function checkBearer(token: string, header: string | undefined): void {
  if (header === undefined) {
    throw new PlatformError("Trigger.CredentialsMissing", "This trigger needs 'Authorization: Bearer <token>'.");
  }
  const given = header.replace(/^Bearer\s+/i, "");
  if (!sameText(given, token) && !sameText(header, token))
    throw new PlatformError("Trigger.CredentialsInvalid", "The token is not valid.");
}

function checkHmac(
  auth: Extract<TriggerAuth, { type: "hmac" }>,
  header: string | string[] | undefined,
  body: Uint8Array,
): void {
  if (header === undefined)
    throw new PlatformError("Trigger.CredentialsMissing", `This trigger needs a signature in '${auth.header}'.`);
  const expected = createHmac("sha256", auth.secret).update(body).digest("hex");
  const given = typeof header === "string" ? header.replace(/^sha256=/, "").toLowerCase() : "";
  if (!sameText(given, expected)) {
    throw new PlatformError("Trigger.CredentialsInvalid", "The signature does not match the body.");
  }
}

/** Hashed first, so that neither content nor length shows in the time it takes. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
