import { canonicalJson } from "./canonical-json.ts";
import type { FunctionVersion, VersionContent } from "./function.ts";
import {
  type AsyncRule,
  asyncRuleOf,
  DEFAULT_ASYNC_RULE,
  DEFAULT_FUNCTION_SETTINGS,
  type FunctionSettings,
} from "./function-settings.ts";
import { LATEST } from "./names.ts";
import type { FunctionChange, FunctionRecord } from "./registry.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import type { Trigger } from "./trigger.ts";
import { withDeployedUrls } from "./url-trigger.ts";

/** A function as a manifest describes it: code, configuration, settings and triggers as a whole. */
export interface Deployment extends VersionContent {
  readonly reservedConcurrency: number | null;
  readonly retry: RetryPolicy;
  readonly triggers: readonly Trigger[];
}

/**
 * What a deployment changes; undefined: nothing. Other code or another configuration is published as a version at once,
 * so that every deployment can be gone back to.
 */
export function toDeploymentChange(
  record: FunctionRecord | undefined,
  deployment: Deployment,
  at: { readonly now: number; readonly revisionId: string },
): FunctionChange | undefined {
  const { reservedConcurrency, retry, triggers: _, ...content } = deployment;
  const before = record?.settings ?? DEFAULT_FUNCTION_SETTINGS;
  const settings = withDeployed(before, { reservedConcurrency, retry }, at.now);
  const isNew = record === undefined || !isSameContent(record.latest, content);
  const publishes = isNew || record.published?.latestRevisionId !== record.latest.revisionId;
  const settingsChanged = !isSame(before, settings);
  const triggers = triggersAfter(record?.triggers ?? [], deployment.triggers, at.now);
  const triggersChanged = !isSame(record?.triggers ?? [], triggers);
  if (!publishes && !settingsChanged && !triggersChanged) return undefined;
  return {
    now: at.now,
    ...(isNew ? { latest: { ...content, revisionId: at.revisionId, createdAt: at.now } } : {}),
    ...(publishes ? { publish: { revisionId: at.revisionId } } : {}),
    ...(settingsChanged ? { settings } : {}),
    ...(triggersChanged ? { triggers } : {}),
  };
}

/**
 * The manifest's triggers, and those that an API made: a manifest that does not know of them must not end them. One that
 * has the type and the name of the manifest's gives way to it.
 */
export function triggersAfter(before: readonly Trigger[], deployed: readonly Trigger[], now: number): Trigger[] {
  const after = withDeployedUrls(before, deployed, now);
  const isThere = ({ type, name }: Trigger): boolean =>
    after.some((trigger) => trigger.type === type && trigger.name === name);
  return [...after, ...before.filter((trigger) => trigger.origin === "api" && !isThere(trigger))];
}

export function isSameContent(a: VersionContent, b: VersionContent): boolean {
  return isSame(contentOf(a), contentOf(b));
}

/** Equal as JSON documents, whatever the order of their keys. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function contentOf(version: VersionContent | FunctionVersion): VersionContent {
  const { codeDigest, codeBytes, sourceMapDigest, upload, config } = version;
  return { codeDigest, codeBytes, sourceMapDigest, upload, config };
}

/** Destinations are not a manifest's matter, so those that were set stay. */
function withDeployed(
  before: FunctionSettings,
  { reservedConcurrency, retry }: Pick<Deployment, "reservedConcurrency" | "retry">,
  now: number,
): FunctionSettings {
  const { [LATEST]: _, ...others } = before.asyncRules;
  const known = asyncRuleOf(before);
  const rule: AsyncRule = isSame(known.retry, retry) ? known : { ...known, retry, updatedAt: now };
  const isDefault = isSame({ ...rule, updatedAt: 0 }, DEFAULT_ASYNC_RULE);
  return { ...before, reservedConcurrency, asyncRules: isDefault ? others : { ...others, [LATEST]: rule } };
}
