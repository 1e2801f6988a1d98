import { canonicalJson } from "./canonical-json.ts";
import type { HttpTrigger, Trigger } from "./trigger.ts";

/** The http trigger of a function, or of an alias. */
export function urlTriggerName(functionName: string, qualifier: string | null): string {
  return qualifier === null ? functionName : `${functionName}:${qualifier}`;
}

/** A URL of the function's, by the alias that it calls; null: the function's own. */
export function findUrlTrigger(triggers: readonly Trigger[], qualifier: string | null): HttpTrigger | undefined {
  return triggers.find(
    (trigger): trigger is HttpTrigger => trigger.type === "http" && qualifierOf(trigger) === qualifier,
  );
}

export function qualifierOf({ name }: HttpTrigger): string | null {
  const colon = name.indexOf(":");
  return colon < 0 ? null : name.slice(colon + 1);
}

/**
 * The triggers of a function after a deployment, but for those that an API made. A manifest that gives the function a
 * URL says everything about it, so that its settings replace those that were there. URLs of aliases are no manifest's matter and stay. One that
 * is as it was keeps its times.
 */
export function withDeployedUrls(
  before: readonly Trigger[],
  next: readonly Trigger[],
  now: number,
): readonly Trigger[] {
  const known = findUrlTrigger(before, null);
  const deployed = next.map((trigger): Trigger => (trigger.type === "http" ? stamp(trigger, known, now) : trigger));
  const ofAliases = before.filter((trigger) => trigger.type === "http" && qualifierOf(trigger) !== null);
  return [...deployed, ...ofAliases];
}

function stamp(trigger: HttpTrigger, known: HttpTrigger | undefined, now: number): HttpTrigger {
  if (trigger.url === undefined) return trigger;
  const createdAt = known?.url?.createdAt ?? now;
  const kept = { ...trigger, url: { ...trigger.url, createdAt, updatedAt: known?.url?.updatedAt ?? now } };
  if (known !== undefined && canonicalJson(kept) === canonicalJson(known)) return known;
  return { ...trigger, url: { ...trigger.url, createdAt, updatedAt: now } };
}
