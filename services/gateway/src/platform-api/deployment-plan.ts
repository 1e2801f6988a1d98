import {
  asyncRuleOf,
  type Deployment,
  type FunctionConfig,
  type FunctionRecord,
  isSame,
  triggersAfter,
} from "@sluice/core";
import type { Component } from "./components.ts";

/** Fields of a configuration under the names that `sluice.yaml` gives them. */
const MANIFEST_NAMES: Readonly<Partial<Record<keyof FunctionConfig, string>>> = {
  runtime: "runtime",
  handler: "handler",
  memoryMb: "memoryMb",
  timeoutMs: "timeoutMs",
  egress: "egress",
  description: "description",
};

/** What a deployment would change; pure. */
export function planDeployment(current: FunctionRecord | undefined, next: Deployment): Component<"DeploymentPlan"> {
  if (current === undefined) return { action: "created", version: null, nextVersion: null, changes: [] };
  const { latest, published, settings } = current;
  const version = published?.version ?? null;
  const changes = [
    ...(latest.codeDigest === next.codeDigest ? [] : ["code"]),
    ...(latest.sourceMapDigest === next.sourceMapDigest ? [] : ["sourceMap"]),
    ...changedFields(latest.config, next.config),
  ];
  const publishes = changes.length > 0 || published?.latestRevisionId !== latest.revisionId;
  const nextVersion = publishes ? String(Number(version ?? "0") + 1) : version;
  if (settings.reservedConcurrency !== next.reservedConcurrency) changes.push("concurrency");
  if (!isSame(asyncRuleOf(settings).retry, next.retry)) changes.push("retry");
  if (!isSame(current.triggers, triggersAfter(current.triggers, next.triggers, 0))) changes.push("triggers");
  const unchanged = changes.length === 0 && !publishes;
  return { action: unchanged ? "unchanged" : "updated", version, nextVersion, changes };
}

function changedFields(from: FunctionConfig, to: FunctionConfig): string[] {
  const fields = Object.entries(MANIFEST_NAMES) as [keyof FunctionConfig, string][];
  const changed = fields.filter(([field]) => !isSame(from[field], to[field])).map(([, name]) => name);
  const variables = new Set([...Object.keys(from.environment), ...Object.keys(to.environment)]);
  for (const variable of [...variables].sort()) {
    if (from.environment[variable] !== to.environment[variable]) changed.push(`environment.${variable}`);
  }
  return changed;
}
