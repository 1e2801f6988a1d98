import {
  type BoundTrigger,
  type ChangeResult,
  DEFAULT_FUNCTION_SETTINGS,
  type FunctionChange,
  type FunctionRecord,
  type FunctionRef,
  type FunctionVersion,
  LATEST,
  PlatformError,
  type TriggerType,
} from "@sluice/core";
import { urlIdOfTrigger } from "./url-id.ts";

/** A change applied to what there was, before the store allots a version number and writes it. */
export interface PreparedChange {
  /** After the change; `published` is still the earlier one. */
  readonly record: FunctionRecord;
  /** The version to publish, still without its number. */
  readonly toPublish: Omit<FunctionVersion, "version"> | undefined;
  /** Undefined: the triggers stay as they are. */
  readonly bound: readonly BoundField[] | undefined;
}

export interface BoundField {
  readonly field: string;
  readonly trigger: BoundTrigger;
  /** Of an http trigger; otherwise empty. */
  readonly urlId: string;
}

/** @throws PlatformError Trigger.NameTaken when two triggers have the same type and name */
export function prepareChange(
  ref: FunctionRef,
  before: FunctionRecord | undefined,
  change: FunctionChange,
): PreparedChange {
  const owner: FunctionRef = { tenant: ref.tenant, name: ref.name };
  const latest = change.latest === undefined ? before?.latest : { ...owner, version: LATEST, ...change.latest };
  if (latest === undefined) throw new Error("the first change of a function must bring its content");
  const { publish } = change;
  return {
    record: {
      ...owner,
      latest,
      published: before?.published ?? null,
      aliases: change.aliases ?? before?.aliases ?? {},
      settings: change.settings ?? before?.settings ?? DEFAULT_FUNCTION_SETTINGS,
      triggers: change.triggers ?? before?.triggers ?? [],
      createdAt: before?.createdAt ?? change.now,
      updatedAt: change.now,
    },
    toPublish: publish === undefined ? undefined : toPublished(latest, publish, change.now),
    bound: change.triggers === undefined ? undefined : bind(owner, change.triggers),
  };
}

/** @param number that the store allotted; empty: nothing was published */
export function toResult({ record, toPublish }: PreparedChange, number: string): ChangeResult {
  if (toPublish === undefined) return { record, published: null };
  const mark = { version: number, latestRevisionId: record.latest.revisionId };
  return { record: { ...record, published: mark }, published: { ...toPublish, version: number } };
}

function toPublished(
  latest: FunctionVersion,
  publish: NonNullable<FunctionChange["publish"]>,
  now: number,
): Omit<FunctionVersion, "version"> {
  const { version: _, ...content } = latest;
  const description = publish.description ?? content.config.description;
  return { ...content, config: { ...content.config, description }, revisionId: publish.revisionId, createdAt: now };
}

function bind(owner: FunctionRef, triggers: FunctionRecord["triggers"]): readonly BoundField[] {
  const bound = triggers.map((trigger) => ({
    field: triggerField(trigger.type, trigger.name),
    trigger: { function: owner, trigger },
    urlId: urlIdOfTrigger(owner.tenant, trigger),
  }));
  const seen = new Set<string>();
  for (const { field } of bound) {
    if (seen.has(field)) throw nameTaken(field, owner.name);
    seen.add(field);
  }
  return bound;
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
