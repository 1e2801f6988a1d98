import type { TriggerAuth } from "@sluice/core";
import { checkTriggerAuth, needsBody } from "./trigger-auth.ts";

// GitHub's own published example.
const BODY = Buffer.from("Hello, World!");
const SIGNATURE = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const HMAC: TriggerAuth = { type: "hmac", secret: "It's a Secret to Everybody", header: "x-hub-signature-256" };
const BEARER: TriggerAuth = { type: "bearer", token: "two words" };

function codeOf(auth: TriggerAuth, headers: Record<string, string>, body: Uint8Array = BODY): unknown {
  try {
    checkTriggerAuth(auth, headers, body);
    return "let through";
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

test("a trigger without authentication lets everybody through", () => {
  expect(codeOf({ type: "none" }, {})).toBe("let through");
});

test.each([
  [`sha256=${SIGNATURE}`, "let through"],
  [SIGNATURE, "let through"],
  [SIGNATURE.toUpperCase(), "let through"],
  [SIGNATURE.slice(0, -2), "Trigger.CredentialsInvalid"],
  ["sha256=", "Trigger.CredentialsInvalid"],
  ["", "Trigger.CredentialsInvalid"],
  [`sha1=${SIGNATURE}`, "Trigger.CredentialsInvalid"],
])("a signature %s: %s", (signature, outcome) => {
  expect(codeOf(HMAC, { "x-hub-signature-256": signature })).toBe(outcome);
});

test("a signature is over the raw body, and must be there", () => {
  expect(codeOf(HMAC, { "x-hub-signature-256": SIGNATURE }, Buffer.from("Hello, World! "))).toBe(
    "Trigger.CredentialsInvalid",
  );
  expect(codeOf(HMAC, {})).toBe("Trigger.CredentialsMissing");
  expect([needsBody(HMAC), needsBody(BEARER), needsBody({ type: "none" })]).toEqual([true, false, false]);
});

test.each([
  ["Bearer two words", "let through"],
  ["two words", "let through"],
  ["bearer two words", "let through"],
  ["Bearer two", "Trigger.CredentialsInvalid"],
  ["Bearer ", "Trigger.CredentialsInvalid"],
])("a token '%s': %s", (authorization, outcome) => {
  expect(codeOf(BEARER, { authorization })).toBe(outcome);
});

test("a token must be there", () => {
  expect(codeOf(BEARER, {})).toBe("Trigger.CredentialsMissing");
});
