import { type AccessKey, decideAccess, DEFAULT_TENANT, type Place } from "@sluice/core";
import type { AwsRefusal } from "./sigv4/refusal.ts";

/** Who a key is, in AWS's terms: a user, in a path of its own for every tenant but the first. */
export function principalArn(key: AccessKey, { accountId }: Place): string {
  const path = key.tenant === DEFAULT_TENANT ? "" : `${key.tenant}/`;
  return `arn:aws:iam::${accountId}:user/${path}${key.name.replaceAll(/[^\w+=,.@-]+/g, "-") || key.accessKeyId}`;
}

/** Why the key may not do this, as AWS says it; undefined when it may. `resource` is an ARN, or `*`. */
export function refuseAccess(key: AccessKey, action: string, resource: string, place: Place): AwsRefusal | undefined {
  const decision = decideAccess(key.policies, action, resource);
  if (decision === "allowed") return undefined;
  const who = `User: ${principalArn(key, place)} is not authorized to perform: ${action} on resource: ${resource}`;
  const why =
    decision === "denied"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return { status: 403, code: "AccessDeniedException", message: `${who} ${why}` };
}
