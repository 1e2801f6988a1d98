import {
  type AccessKey,
  ADMIN_POLICY,
  type CronTrigger,
  DEFAULT_FUNCTION_CONFIG,
  DEFAULT_RETRY_POLICY,
  type Deployment,
  type FunctionRef,
  type FunctionVersion,
  type InvocationEvent,
  type LogRecord,
  type Registry,
  toDeploymentChange,
  type Trigger,
  type WebhookTrigger,
  type WorkerLease,
} from "@sluice/core";

export const REF: FunctionRef = { tenant: "acme", name: "resize" };

export interface SamplePut extends Deployment {
  readonly ref: FunctionRef;
  readonly now: number;
}

export interface SamplePutResult {
  /** The published one that `$LATEST` is now equal to. */
  readonly version: FunctionVersion;
  readonly published: boolean;
  readonly triggersChanged: boolean;
}

let revisions = 0;

/** Deploys as the gateway does. */
export async function deploy(registry: Registry, { ref, now, ...deployment }: SamplePut): Promise<SamplePutResult> {
  let triggersChanged = false;
  const { record: changed, published } = await registry.change(ref, (before) => {
    const change = toDeploymentChange(before, deployment, { now, revisionId: `r-${++revisions}` });
    triggersChanged = change?.triggers !== undefined;
    return change;
  });
  const version = published ?? (await registry.getVersion(ref, changed?.published?.version ?? ""));
  if (version === undefined) throw new Error("a deployment must leave a published version");
  return { version, published: published !== null, triggersChanged };
}

export function samplePut(change: Partial<SamplePut> = {}): SamplePut {
  return {
    ref: REF,
    codeDigest: "a".repeat(64),
    codeBytes: 10,
    sourceMapDigest: null,
    upload: null,
    config: DEFAULT_FUNCTION_CONFIG,
    reservedConcurrency: null,
    retry: DEFAULT_RETRY_POLICY,
    triggers: [],
    now: 1_000,
    ...change,
  };
}

export function webhook(name: string, token?: string): WebhookTrigger {
  return { type: "webhook", name, auth: token === undefined ? { type: "none" } : { type: "bearer", token } };
}

export function cron(name: string): CronTrigger {
  return {
    type: "cron",
    name,
    auth: { type: "none" },
    schedule: "*/5 * * * *",
    timezone: "UTC",
    missedRuns: "once",
    input: null,
  };
}

export function http(name: string): Trigger {
  return { type: "http", name, auth: { type: "none" } };
}

export function record(message: string): LogRecord {
  return {
    invocationId: "i-1",
    version: "1",
    startedAt: 1_000,
    coldStart: false,
    lines: [{ at: 1_000, level: "INFO", message }],
    report: null,
    error: null,
  };
}

export function messageOf(entry: LogRecord): string | undefined {
  return entry.lines[0]?.message;
}

export function fact(at: number): InvocationEvent {
  return { type: "accepted", at, tenant: "acme", function: "resize", source: "webhook" };
}

export function lease(change: Partial<WorkerLease> = {}): WorkerLease {
  return {
    id: "w-1",
    address: "unix:/tmp/w-1.sock",
    token: "t".repeat(43),
    host: "host",
    pid: 1,
    capacity: 8,
    startedAt: 1_000,
    draining: false,
    running: {},
    cells: 1,
    warmIsolates: 0,
    ...change,
  };
}

export function sampleKey(change: Partial<AccessKey> = {}): AccessKey {
  return {
    accessKeyId: "AKIA1",
    tenant: "acme",
    name: "ci",
    policies: ADMIN_POLICY,
    createdAt: 1_000,
    expiresAt: null,
    disabled: false,
    ...change,
  };
}
