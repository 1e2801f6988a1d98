import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "./retry-policy.ts";
import { LATEST } from "./names.ts";

/** What applies to a function beside its versions: changed at once, and without publishing one. */
export interface FunctionSettings {
  /** Most invocations at once over all workers and both lanes. 0: none at all; null: as many as the workers take. */
  readonly reservedConcurrency: number | null;
  /** By qualifier: `$LATEST`, a version or an alias. */
  readonly asyncRules: Readonly<Record<string, AsyncRule>>;
  /** Environments kept warm, by version or alias. */
  readonly provisioned: Readonly<Record<string, ProvisionedConcurrency>>;
  /** Statements of the resource policy, by qualifier; the function as a whole is `$LATEST`. */
  readonly permissions: Readonly<Record<string, PermissionPolicy>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly recursiveLoop: "Terminate" | "Allow";
  /** What clients set and read back though it means nothing here, by the name of the operation's document. */
  readonly echoed: Readonly<Record<string, unknown>>;
}

/** What becomes of asynchronous events of one qualifier. */
export interface AsyncRule {
  readonly retry: RetryPolicy;
  /** ARNs of destinations; null: none. */
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
  readonly updatedAt: number;
}

export interface ProvisionedConcurrency {
  readonly requested: number;
  readonly updatedAt: number;
}

export interface PermissionPolicy {
  readonly revisionId: string;
  readonly statements: readonly PermissionStatement[];
}

/** Who may do what with the function: a statement of a resource-based policy, as AWS writes it. */
export interface PermissionStatement {
  readonly sid: string;
  readonly document: Readonly<Record<string, unknown>>;
}

export const DEFAULT_ASYNC_RULE: AsyncRule = {
  retry: DEFAULT_RETRY_POLICY,
  onSuccess: null,
  onFailure: null,
  updatedAt: 0,
};

export const DEFAULT_FUNCTION_SETTINGS: FunctionSettings = {
  reservedConcurrency: null,
  asyncRules: {},
  provisioned: {},
  permissions: {},
  tags: {},
  recursiveLoop: "Terminate",
  echoed: {},
};

/** The rule of a qualifier. One without a rule of its own has the defaults, as in Lambda. */
export function asyncRuleOf(settings: FunctionSettings, qualifier: string = LATEST): AsyncRule {
  return (
    (Object.hasOwn(settings.asyncRules, qualifier) ? settings.asyncRules[qualifier] : undefined) ?? DEFAULT_ASYNC_RULE
  );
}
