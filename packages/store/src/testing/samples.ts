import {
  type AccessKey,
  ADMIN_POLICY,
  type CronTrigger,
  DEFAULT_FUNCTION_CONFIG,
  type FunctionRef,
  type InvocationEvent,
  type LogRecord,
  type PutFunction,
  type Trigger,
  type WebhookTrigger,
  type WorkerLease,
} from "@sluice/core";

export const REF: FunctionRef = { tenant: "acme", name: "resize" };

export function samplePut(change: Partial<PutFunction> = {}): PutFunction {
  return {
    ref: REF,
    codeDigest: "a".repeat(64),
    codeBytes: 10,
    sourceMapDigest: null,
    config: DEFAULT_FUNCTION_CONFIG,
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
