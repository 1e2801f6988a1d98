import type { FunctionConfig, FunctionVersion } from "./function.ts";
import type { FunctionRef } from "./names.ts";
import type { BoundTrigger, CronTrigger, Trigger, TriggerType } from "./trigger.ts";

/** Functions, their versions and triggers. */
export interface Registry {
  /**
   * Publishes a version when code, source map or configuration differ from the latest one, and sets the triggers; atomic.
   *
   * @throws PlatformError Trigger.NameTaken
   */
  putFunction(params: PutFunction): Promise<PutFunctionResult>;
  getFunction(ref: FunctionRef): Promise<FunctionRecord | undefined>;
  /** `$LATEST` resolves to the newest version. */
  getVersion(ref: FunctionRef, qualifier: string): Promise<FunctionVersion | undefined>;
  listVersions(ref: FunctionRef): Promise<readonly FunctionVersion[]>;
  /** In name order. */
  listFunctions(
    tenant: string,
    page?: { readonly after?: string; readonly limit?: number },
  ): Promise<readonly FunctionRecord[]>;
  /** False when there was none. */
  deleteFunction(ref: FunctionRef): Promise<boolean>;
  getTrigger<T extends TriggerType>(
    tenant: string,
    type: T,
    name: string,
  ): Promise<BoundTrigger<Extract<Trigger, { type: T }>> | undefined>;
  /** Of every tenant. */
  listCronTriggers(): Promise<readonly BoundTrigger<CronTrigger>[]>;
  /** Calls back after any process changed a function. `undefined`: changes may have been missed, forget everything. */
  onChange(listener: (ref: FunctionRef | undefined) => void): Promise<() => Promise<void>>;
}

export interface PutFunction {
  readonly ref: FunctionRef;
  readonly codeDigest: string;
  readonly codeBytes: number;
  readonly sourceMapDigest: string | null;
  readonly config: FunctionConfig;
  readonly triggers: readonly Trigger[];
  readonly now: number;
}

export interface PutFunctionResult {
  readonly version: FunctionVersion;
  /** False: nothing but perhaps the triggers changed, so the version is the one that was there. */
  readonly published: boolean;
  readonly triggersChanged: boolean;
}

export interface FunctionRecord {
  readonly tenant: string;
  readonly name: string;
  readonly latest: FunctionVersion;
  readonly triggers: readonly Trigger[];
  readonly createdAt: number;
  readonly updatedAt: number;
}
