import { createHash } from "node:crypto";
import {
  type BoundTrigger,
  type FunctionRef,
  type FunctionVersion,
  PlatformError,
  type PutFunction,
  type TriggerType,
} from "@sluice/core";
import { canonicalJson } from "./canonical-json.ts";

/** A version before it has its number. */
export type UnnumberedVersion = Omit<FunctionVersion, "version">;

/** What both registries store of a put. */
export interface PreparedPut {
  /** Equal when neither code, source map nor configuration changed. */
  readonly fingerprint: string;
  readonly version: UnnumberedVersion;
  /** Canonical JSON of the triggers. */
  readonly triggers: string;
  readonly bound: readonly { readonly field: string; readonly trigger: BoundTrigger }[];
}

/** @throws PlatformError Trigger.NameTaken when two triggers of the put have the same type and name */
export function preparePut(params: PutFunction): PreparedPut {
  const { ref, codeDigest, codeBytes, sourceMapDigest, config, triggers, now } = params;
  const owner: FunctionRef = { tenant: ref.tenant, name: ref.name };
  const bound = triggers.map((trigger) => ({
    field: triggerField(trigger.type, trigger.name),
    trigger: { function: owner, trigger } satisfies BoundTrigger,
  }));
  const seen = new Set<string>();
  for (const { field } of bound) {
    if (seen.has(field)) throw nameTaken(field, ref.name);
    seen.add(field);
  }
  return {
    fingerprint: createHash("sha256").update(canonicalJson({ codeDigest, sourceMapDigest, config })).digest("hex"),
    version: { ...owner, codeDigest, codeBytes, sourceMapDigest, config, createdAt: now },
    triggers: canonicalJson(triggers),
    bound,
  };
}

/** Unique within a tenant; a type holds no slash. */
export function triggerField(type: TriggerType, name: string): string {
  return `${type}/${name}`;
}

export function nameTaken(field: string, owner: string): PlatformError {
  const slash = field.indexOf("/");
  const [type, name] = [field.slice(0, slash), field.slice(slash + 1)];
  return new PlatformError("Trigger.NameTaken", `The function '${owner}' already has a ${type} trigger '${name}'.`, {
    details: { type, name, owner },
  });
}
