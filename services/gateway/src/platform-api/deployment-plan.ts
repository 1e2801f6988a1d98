import type { FunctionConfig, FunctionRecord, Trigger } from "@sluice/core";
import type { Component } from "./components.ts";

export interface Deployment {
  readonly codeDigest: string;
  readonly sourceMapDigest: string | null;
  readonly config: FunctionConfig;
  readonly triggers: readonly Trigger[];
}

/** Fields of a configuration under the names that `sluice.yaml` gives them. */
const MANIFEST_NAMES: Readonly<Record<Exclude<keyof FunctionConfig, "environment">, string>> = {
  runtime: "runtime",
  handler: "handler",
  memoryMb: "memoryMb",
  timeoutMs: "timeoutMs",
  reservedConcurrency: "concurrency",
  retry: "retry",
  egress: "egress",
  description: "description",
};

/** What a deployment would change; pure. */
export function planDeployment(current: FunctionRecord | undefined, next: Deployment): Component<"DeploymentPlan"> {
  if (current === undefined) return { action: "created", version: null, nextVersion: null, changes: [] };
  const { latest } = current;
  const changes = [
    ...(latest.codeDigest === next.codeDigest ? [] : ["code"]),
    ...(latest.sourceMapDigest === next.sourceMapDigest ? [] : ["sourceMap"]),
    ...changedFields(latest.config, next.config),
  ];
  const nextVersion = changes.length > 0 ? String(Number(latest.version) + 1) : latest.version;
  if (!isSameJson(current.triggers, next.triggers)) changes.push("triggers");
  return { action: changes.length > 0 ? "updated" : "unchanged", version: latest.version, nextVersion, changes };
}

function changedFields(from: FunctionConfig, to: FunctionConfig): string[] {
  const fields = Object.entries(MANIFEST_NAMES) as [keyof typeof MANIFEST_NAMES, string][];
  const changed = fields.filter(([field]) => !isSameJson(from[field], to[field])).map(([, name]) => name);
  const variables = new Set([...Object.keys(from.environment), ...Object.keys(to.environment)]);
  for (const variable of [...variables].sort()) {
    if (from.environment[variable] !== to.environment[variable]) changed.push(`environment.${variable}`);
  }
  return changed;
}

/** Equal as JSON documents, whatever the order of their keys. */
function isSameJson(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
