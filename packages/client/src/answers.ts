import type { CorsRule, Deployment, FunctionConfig, FunctionError, InvokeMode, PolicyStatement } from "@sluice/core";

/** What the platform API answers; the gateway's OpenAPI document describes the same shapes. */

export interface TriggerView {
  readonly type: "http" | "webhook" | "object-storage" | "cron";
  readonly name: string;
  readonly auth: { readonly type: "none" | "iam" | "bearer" | "hmac" };
  readonly cors?: CorsRule;
  readonly invokeMode?: InvokeMode;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly events?: readonly string[];
  readonly schedule?: string;
  readonly timezone?: string;
  readonly missedRuns?: "skip" | "once" | "all";
  readonly input?: string | null;
}

interface FunctionIdentity {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly codeDigest: string;
  readonly codeBytes: number;
  readonly sourceMapDigest: string | null;
  readonly triggers: readonly TriggerView[];
  /** Milliseconds since the epoch, as `updatedAt`. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface FunctionSummary extends FunctionIdentity {
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
}

export interface FunctionDetail extends FunctionIdentity {
  readonly config: FunctionConfig;
  readonly settings: Pick<Deployment, "reservedConcurrency" | "retry">;
}

export interface FunctionPage {
  readonly functions: readonly FunctionSummary[];
  /** `after` of the next page; null on the last. */
  readonly next: string | null;
}

export interface VersionView {
  readonly version: string;
  readonly codeDigest: string;
  readonly codeBytes: number;
  readonly sourceMapDigest: string | null;
  readonly config: FunctionConfig;
  readonly createdAt: number;
}

export interface Deployed {
  readonly version: string;
  readonly published: boolean;
  readonly triggersChanged: boolean;
}

export interface DeploymentPlan {
  readonly action: "created" | "updated" | "unchanged";
  readonly version: string | null;
  /** Null for a new function: it is numbered when it is created. */
  readonly nextVersion: string | null;
  readonly changes: readonly string[];
}

export interface InvocationResult {
  readonly invocationId: string;
  readonly version: string;
  readonly ok: boolean;
  readonly result: unknown;
  readonly error: FunctionError | null;
  readonly logs: readonly string[];
}

export interface LogPage {
  readonly entries: readonly { readonly cursor: string; readonly lines: readonly string[] }[];
  /** `after` of the next read; null when nothing was logged yet. */
  readonly cursor: string | null;
}

export interface WorkerView {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly capacity: number;
  readonly startedAt: number;
  readonly draining: boolean;
  readonly inFlight: number;
  readonly running: Readonly<Record<string, number>>;
  readonly cells: number;
  readonly warmIsolates: number;
  /** What its cells are kept in besides V8's isolates, a few words for each layer. */
  readonly isolation: readonly string[];
}

export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly policies: readonly PolicyStatement[];
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly usable: boolean;
}

export interface CreatedKey extends KeyView {
  readonly secret: string;
}

export interface TenantView {
  readonly name: string;
  readonly privateEgress: readonly string[];
}

export interface CreatedTenant {
  readonly tenant: TenantView;
  /** May do everything in the tenant. */
  readonly key: CreatedKey;
}
