import type { CloudScope } from "../cloud-scope.ts";
import { isMapping, type Mapping } from "../mapping.ts";

/** A whole template, as its functions read it. */
export interface SamTemplate {
  readonly scope: CloudScope;
  readonly resources: Mapping;
  /** `Globals.Function`. */
  readonly globals: Mapping;
  /** Whether APIs ask who calls unless an event says otherwise. */
  readonly closedApis: boolean;
}

/** Whether an API, or the global form of one, checks its callers. */
export function hasAuthorizer(api: unknown): boolean {
  const auth = isMapping(api) ? api["Auth"] : undefined;
  if (!isMapping(auth)) return false;
  const { DefaultAuthorizer: authorizer, ApiKeyRequired: keyed } = auth;
  return (authorizer !== undefined && authorizer !== "NONE") || keyed === true || auth["ResourcePolicy"] !== undefined;
}

export function typeOf(resource: unknown): string | undefined {
  const type = isMapping(resource) ? resource["Type"] : undefined;
  return typeof type === "string" ? type : undefined;
}
