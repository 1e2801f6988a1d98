import { ADMIN_POLICY, DEFAULT_TENANT, LIMITS, PlatformError, TENANT_NAME } from "@sluice/core";
import { z } from "zod";
import { issueKey, viewCreated } from "./keys.ts";
import { defineOperation, type Operation, type PlatformApiDeps, reply } from "./operation.ts";

const BODY_BYTES = 4 * 1024;

/** Tenants are the operator's business: keys of the first tenant reach them, no others. */
export function tenantOperations(deps: PlatformApiDeps): Operation[] {
  return [createTenant(deps), listTenants(deps)];
}

function createTenant({ keys, now }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "createTenant",
    actions: ["organizations:CreateAccount"],
    method: "post",
    path: "/tenants",
    summary: "Make a tenant and its first key, which may do everything there; its secret is shown this once",
    body: {
      kind: "json",
      schema: z.strictObject({
        name: z
          .string()
          .regex(TENANT_NAME, "must be 1 to 32 lower-case letters, digits or '-', and not begin with '-'"),
      }),
      limitBytes: () => BODY_BYTES,
    },
    replies: { 201: { description: "The tenant and its first key", schemas: ["CreatedTenant"] } },
    errors: ["Tenant.NameTaken", "Tenant.LimitReached", "Request.InvalidJson", "Request.TooLarge"],
    async handle({ tenant: caller, body }) {
      requireOperator(caller);
      const tenant = { name: body.name, privateEgress: [] };
      if ((await keys.listTenants()).length >= LIMITS.tenantsMax) throw new PlatformError("Tenant.LimitReached");
      // A tenant without keys is one whose creation failed halfway: repeating it finishes it.
      if (!(await keys.createTenant(tenant)) && (await keys.hasKeys(body.name))) {
        throw new PlatformError("Tenant.NameTaken", `There is a tenant '${body.name}' already.`);
      }
      const first = { tenant: body.name, name: "first-key", policies: ADMIN_POLICY, createdAt: now(), expiresAt: null };
      return reply(201, { tenant, key: viewCreated(await issueKey(keys, first), now()) });
    },
  });
}

function listTenants({ keys }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "listTenants",
    actions: ["organizations:ListAccounts"],
    method: "get",
    path: "/tenants",
    summary: "Tenants by name",
    replies: { 200: { description: "Tenants", schemas: ["TenantList"] } },
    async handle({ tenant }) {
      requireOperator(tenant);
      return reply(200, { tenants: await keys.listTenants() });
    },
  });
}

/** @throws PlatformError Auth.Forbidden */
function requireOperator(tenant: string): void {
  if (tenant === DEFAULT_TENANT) return;
  throw new PlatformError("Auth.Forbidden", `Only keys of the tenant '${DEFAULT_TENANT}' reach tenants.`);
}
