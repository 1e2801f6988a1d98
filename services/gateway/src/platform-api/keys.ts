import {
  type AccessKey,
  isUsable,
  LIMITS,
  PlatformError,
  POLICY_LIMITS,
  POLICY_PRESETS,
  type PolicyStatement,
  presetPolicy,
} from "@sluice/core";
import { z } from "zod";
import { newCredentials } from "../auth/credentials.ts";
import type { Component } from "./components.ts";
import { defineOperation, type Operation, type PlatformApiDeps, reply } from "./operation.ts";

const BODY_BYTES = 256 * 1024;
const DAY_MS = 86_400_000;

const PATTERN = z.string().min(1).max(POLICY_LIMITS.patternChars);
const STATEMENT = z.strictObject({
  effect: z.enum(["Allow", "Deny"]),
  actions: z.array(PATTERN).min(1).max(POLICY_LIMITS.patternsPerStatement),
  resources: z.array(PATTERN).min(1).max(POLICY_LIMITS.patternsPerStatement),
});

const BODY = z
  .strictObject({
    name: z.string().regex(/^[\w+=,.@-]{1,64}$/, "must be 1 to 64 letters, digits or any of _+=,.@-"),
    policy: z.enum(POLICY_PRESETS).optional().describe("What it may do, by name; instead of 'statements'"),
    functions: z
      .array(z.string().regex(/^[A-Za-z0-9_*?-]{1,64}$/, "must be the name of a function, in which * and ? may stand"))
      .min(1)
      .max(POLICY_LIMITS.patternsPerStatement / 2)
      .optional()
      .describe("Limits 'policy' to functions of these names"),
    statements: z.array(STATEMENT).min(1).max(POLICY_LIMITS.statements).optional(),
    expiresInDays: z.int().min(1).max(3_650).optional(),
  })
  .refine(
    (body) => (body.policy === undefined) !== (body.statements === undefined),
    "must have 'policy' or 'statements'",
  )
  .refine((body) => body.functions === undefined || body.policy !== undefined, "must have 'policy' with 'functions'");

const ID_PARAMS = z.strictObject({
  id: z.string().regex(/^\w{1,128}$/, "must be the id of an access key"),
});

/** Access keys of the caller's tenant. Who may make keys can make one that may do everything, as in AWS. */
export function keyOperations(deps: PlatformApiDeps): Operation[] {
  return [createKey(deps), listKeys(deps), deleteKey(deps)];
}

function createKey({ keys, now }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "createKey",
    actions: ["iam:CreateAccessKey"],
    method: "post",
    path: "/keys",
    summary: "Make an access key; its secret is shown this once",
    body: { kind: "json", schema: BODY, limitBytes: () => BODY_BYTES },
    replies: { 201: { description: "The key", schemas: ["CreatedKey"] } },
    errors: ["Key.LimitReached", "Request.InvalidJson", "Request.TooLarge"],
    async handle({ tenant, body }) {
      const policies = body.statements ?? presetPolicy(body.policy ?? "read", body.functions);
      const expiresAt = body.expiresInDays === undefined ? null : now() + body.expiresInDays * DAY_MS;
      const created = await issueKey(keys, { tenant, name: body.name, policies, createdAt: now(), expiresAt });
      return reply(201, viewCreated(created, now()));
    },
  });
}

function listKeys({ keys, now }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "listKeys",
    actions: ["iam:ListAccessKeys"],
    method: "get",
    path: "/keys",
    summary: `Access keys, oldest first; at most ${LIMITS.keysPerTenant} exist`,
    replies: { 200: { description: "Keys without their secrets", schemas: ["KeyList"] } },
    async handle({ tenant }) {
      return reply(200, { keys: (await keys.listKeys(tenant)).map((key) => viewKey(key, now())) });
    },
  });
}

function deleteKey({ keys }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "deleteKey",
    actions: ["iam:DeleteAccessKey"],
    method: "delete",
    path: "/keys/{id}",
    summary: "Delete an access key; it may be taken for five seconds more",
    params: ID_PARAMS,
    replies: { 204: { description: "Deleted", schemas: [] } },
    errors: ["Key.NotFound", "Key.LastAdmin"],
    async handle({ tenant, params }) {
      const outcome = await keys.deleteKey(tenant, params.id);
      if (outcome === "unknown") throw new PlatformError("Key.NotFound", `No access key has the id '${params.id}'.`);
      if (outcome === "last-admin") throw new PlatformError("Key.LastAdmin");
      return { status: 204, json: "" };
    },
  });
}

export interface IssuedKey {
  readonly key: AccessKey;
  readonly secret: string;
}

export async function issueKey(
  keys: PlatformApiDeps["keys"],
  fields: Omit<AccessKey, "accessKeyId" | "disabled"> & { readonly policies: readonly PolicyStatement[] },
): Promise<IssuedKey> {
  const { accessKeyId, secret } = newCredentials();
  const key = { ...fields, accessKeyId, disabled: false };
  await keys.putKey(key, secret);
  return { key, secret };
}

export function viewCreated({ key, secret }: IssuedKey, now: number): Component<"CreatedKey"> {
  return { ...viewKey(key, now), secret };
}

function viewKey(key: AccessKey, now: number): Component<"KeyList">["keys"][number] {
  const { accessKeyId, name, createdAt, expiresAt } = key;
  const policies = key.policies.map(({ effect, actions, resources }) => {
    return { effect, actions: [...actions], resources: [...resources] };
  });
  return { id: accessKeyId, name, policies, createdAt, expiresAt, usable: isUsable(key, now) };
}
