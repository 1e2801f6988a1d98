import type { Alias } from "./alias.ts";
import type { FunctionVersion } from "./function.ts";
import type { FunctionSettings } from "./function-settings.ts";
import type { FunctionRef } from "./names.ts";
import type { BoundTrigger, CronTrigger, HttpTrigger, Trigger, TriggerType } from "./trigger.ts";

/** Functions with their versions, aliases, settings and triggers. */
export interface Registry {
  /**
   * Reads a function, asks `decide` for what to change, and changes it: all or nothing, and only if nobody changed the
   * function in between; otherwise `decide` is asked again about what there is now. `decide` answering undefined
   * changes nothing; it may throw, which ends the call.
   *
   * @throws PlatformError Trigger.NameTaken
   */
  change(ref: FunctionRef, decide: DecideChange): Promise<ChangeResult>;
  getFunction(ref: FunctionRef): Promise<FunctionRecord | undefined>;
  /** By its number, or `$LATEST`; aliases are resolved by `resolveQualifier`. */
  getVersion(ref: FunctionRef, version: string): Promise<FunctionVersion | undefined>;
  /** The published ones, oldest first. */
  listVersions(ref: FunctionRef): Promise<readonly FunctionVersion[]>;
  /** In name order. */
  listFunctions(
    tenant: string,
    page?: { readonly after?: string; readonly limit?: number },
  ): Promise<readonly FunctionRecord[]>;
  /** False when there was none. */
  deleteFunction(ref: FunctionRef): Promise<boolean>;
  /** A published version. False when there was none. */
  deleteVersion(ref: FunctionRef, version: string): Promise<boolean>;
  getTrigger<T extends TriggerType>(
    tenant: string,
    type: T,
    name: string,
  ): Promise<BoundTrigger<Extract<Trigger, { type: T }>> | undefined>;
  /** The http trigger whose address has this id as its host's first part; of every tenant. */
  getUrl(id: string): Promise<BoundTrigger<HttpTrigger> | undefined>;
  /** Of every tenant. */
  listCronTriggers(): Promise<readonly BoundTrigger<CronTrigger>[]>;
  /** Functions of every tenant that ask for provisioned concurrency. */
  listProvisioned(): Promise<readonly FunctionRef[]>;
  /** Calls back after any process changed a function. `undefined`: changes may have been missed, forget everything. */
  onChange(listener: (ref: FunctionRef | undefined) => void): Promise<() => Promise<void>>;
}

export type DecideChange = (record: FunctionRecord | undefined) => FunctionChange | undefined;

/** What is absent stays as it is. The first change of a function makes it, and must bring `latest`. */
export interface FunctionChange {
  readonly now: number;
  /** New content of `$LATEST`. */
  readonly latest?: Omit<FunctionVersion, "tenant" | "name" | "version">;
  /** Publishes `$LATEST`, as it is after this change, under the next number. */
  readonly publish?: { readonly revisionId: string; readonly description?: string };
  readonly aliases?: Readonly<Record<string, Alias>>;
  readonly settings?: FunctionSettings;
  readonly triggers?: readonly Trigger[];
}

export interface ChangeResult {
  /** After the change; undefined: there is no such function, and none was made. */
  readonly record: FunctionRecord | undefined;
  readonly published: FunctionVersion | null;
}

export interface FunctionRecord {
  readonly tenant: string;
  readonly name: string;
  /** `$LATEST`. */
  readonly latest: FunctionVersion;
  /** The last published version; null: none yet. */
  readonly published: PublishedMark | null;
  readonly aliases: Readonly<Record<string, Alias>>;
  readonly settings: FunctionSettings;
  readonly triggers: readonly Trigger[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Enough of the last published version to see whether `$LATEST` differs from it. */
export interface PublishedMark {
  readonly version: string;
  /** `$LATEST`'s when it was published. */
  readonly latestRevisionId: string;
}
