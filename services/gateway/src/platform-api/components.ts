import { z } from "zod";

/** Schemas of everything that the API answers: checked by its tests, published in the OpenAPI document. */

const RETRY = z.strictObject({ delaysMs: z.array(z.int()), maxEventAgeMs: z.int() });

const FUNCTION_CONFIG = z.strictObject({
  runtime: z.enum(["javascript", "wasi"]),
  handler: z.string(),
  description: z.string(),
  memoryMb: z.int(),
  timeoutMs: z.int(),
  environment: z.record(z.string(), z.string()),
  egress: z.strictObject({ allow: z.array(z.string()).optional(), allowPrivate: z.array(z.string()) }),
});

const FUNCTION_SETTINGS = z
  .strictObject({
    reservedConcurrency: z.int().nullable(),
    retry: RETRY,
  })
  .describe("What applies to every version, changed without publishing one");

const CORS = z.strictObject({
  allowCredentials: z.boolean().optional(),
  allowHeaders: z.array(z.string()).optional(),
  allowMethods: z.array(z.string()).optional(),
  allowOrigins: z.array(z.string()).optional(),
  exposeHeaders: z.array(z.string()).optional(),
  maxAgeSeconds: z.int().optional(),
});

const TRIGGER = z.strictObject({
  type: z.enum(["http", "webhook", "object-storage", "cron"]),
  name: z.string(),
  auth: z
    .strictObject({ type: z.enum(["none", "iam", "bearer", "hmac"]) })
    .describe("How callers prove themselves; secrets are never shown."),
  cors: CORS.optional().describe("Of a function URL: the gateway answers browsers of other origins"),
  invokeMode: z.enum(["buffered", "stream"]).optional(),
  bucket: z.string().optional(),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
  events: z.array(z.string()).optional(),
  schedule: z.string().optional(),
  timezone: z.string().optional(),
  missedRuns: z.enum(["skip", "once", "all"]).optional(),
  input: z.string().nullable().optional().describe("Event JSON text; null: a Scheduled Event"),
  enabled: z.boolean().optional().describe("Of cron triggers; false: kept, and never due"),
  qualifier: z.string().optional().describe("Version or alias that is called; absent: the latest"),
  origin: z.enum(["api"]).optional().describe("Made by an interface of AWS: deployments leave it as it is"),
});

const SOURCE_MAP_DIGEST = z
  .string()
  .nullable()
  .describe("SHA-256 of the code's source map, hex; null: traces name places in the code as it is deployed");

const FUNCTION_SUMMARY = z.strictObject({
  name: z.string(),
  arn: z.string(),
  version: z.string(),
  description: z.string(),
  codeDigest: z.string().describe("SHA-256 of the code, hex"),
  codeBytes: z.int(),
  sourceMapDigest: SOURCE_MAP_DIGEST,
  memoryMb: z.int(),
  timeoutMs: z.int(),
  triggers: z.array(TRIGGER),
  createdAt: z.int().describe("Milliseconds since the epoch"),
  updatedAt: z.int(),
});

const FUNCTION_DETAIL = FUNCTION_SUMMARY.omit({ description: true, memoryMb: true, timeoutMs: true }).extend({
  config: FUNCTION_CONFIG,
  settings: FUNCTION_SETTINGS,
});

const VERSION = z.strictObject({
  version: z.string(),
  codeDigest: z.string(),
  codeBytes: z.int(),
  sourceMapDigest: SOURCE_MAP_DIGEST,
  config: FUNCTION_CONFIG,
  createdAt: z.int(),
});

const FUNCTION_ERROR = z.strictObject({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()),
  explanation: z.string().optional(),
});

const INVOCATION_STATUS = z.strictObject({
  id: z.string(),
  function: z.string(),
  state: z.enum(["queued", "running", "retrying", "completed", "dead-lettered"]),
  attempts: z.int(),
  acceptedAt: z.int(),
  finishedAt: z.int().nullable(),
  result: z.string().nullable().describe("JSON text"),
  error: z.strictObject({ errorType: z.string(), errorMessage: z.string() }).nullable(),
  deadLetterReason: z.string().nullable(),
});

const WORKER = z.strictObject({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  capacity: z.int(),
  startedAt: z.int(),
  draining: z.boolean(),
  inFlight: z.int().describe("Invocations of all tenants"),
  running: z.record(z.string(), z.int()).describe("Invocations of the caller's functions, by name"),
  cells: z.int(),
  warmIsolates: z.int(),
  isolation: z.array(z.string()).describe("What its cells are kept in, a few words for each layer; empty: not known"),
});

const ACCESS_KEY = z.strictObject({
  id: z.string(),
  name: z.string(),
  policies: z.array(
    z.strictObject({
      effect: z.enum(["Allow", "Deny"]),
      actions: z.array(z.string()),
      resources: z.array(z.string()),
    }),
  ),
  createdAt: z.int(),
  expiresAt: z.int().nullable().describe("Milliseconds since the epoch; null: never"),
  usable: z.boolean().describe("False: it has expired or is disabled"),
});

const CREATED_KEY = ACCESS_KEY.extend({ secret: z.string().describe("Shown this once") });

const TENANT = z.strictObject({
  name: z.string(),
  privateEgress: z.array(z.string()).describe("Private hosts that its functions may be allowed"),
});

export const COMPONENTS = {
  FunctionConfig: FUNCTION_CONFIG,
  Trigger: TRIGGER,
  FunctionSummary: FUNCTION_SUMMARY,
  FunctionDetail: FUNCTION_DETAIL,
  FunctionError: FUNCTION_ERROR,
  InvocationStatus: INVOCATION_STATUS,
  FunctionList: z.strictObject({
    functions: z.array(FUNCTION_SUMMARY),
    next: z.string().nullable().describe("The next page's 'after'; null: this is the last page"),
  }),
  VersionList: z.strictObject({ versions: z.array(VERSION) }),
  Deployed: z.strictObject({ version: z.string(), published: z.boolean(), triggersChanged: z.boolean() }),
  DeploymentPlan: z.strictObject({
    action: z.enum(["created", "updated", "unchanged"]),
    version: z.string().nullable().describe("Latest version now; null: there is none"),
    nextVersion: z
      .string()
      .nullable()
      .describe("Latest version after the deployment; null: numbered when created, as numbers are never used again"),
    changes: z
      .array(z.string())
      .describe(
        "Fields that would change, as sluice.yaml names them; 'code' and 'sourceMap' for what was built of the entry",
      ),
  }),
  InvocationResult: z.strictObject({
    invocationId: z.string(),
    version: z.string(),
    ok: z.boolean(),
    result: z.unknown().describe("What the handler returned; null when it failed"),
    error: FUNCTION_ERROR.nullable(),
    logs: z.array(z.string()),
  }),
  InvocationAccepted: z.strictObject({ invocationId: z.string() }),
  DeadLetterList: z.strictObject({ deadLetters: z.array(INVOCATION_STATUS) }),
  Redriven: z.strictObject({ redriven: z.int() }),
  QueueDepth: z.strictObject({
    waiting: z.int(),
    delayed: z.int(),
    active: z.int(),
    deadLettered: z.int(),
    oldestWaitingMs: z.number(),
  }),
  LogPage: z.strictObject({
    entries: z.array(z.strictObject({ cursor: z.string(), lines: z.array(z.string()) })),
    cursor: z.string().nullable().describe("The next read's 'after'; null: nothing was logged yet"),
  }),
  WorkerList: z.strictObject({ workers: z.array(WORKER) }),
  CreatedKey: CREATED_KEY,
  KeyList: z.strictObject({ keys: z.array(ACCESS_KEY) }),
  CreatedTenant: z.strictObject({ tenant: TENANT, key: CREATED_KEY }),
  TenantList: z.strictObject({ tenants: z.array(TENANT) }),
  JsonDocument: z.record(z.string(), z.unknown()),
  ErrorBody: z.strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      fix: z.string(),
      retryable: z.boolean(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
} as const satisfies Record<string, z.ZodType>;

export type ComponentName = keyof typeof COMPONENTS;
export type Component<N extends ComponentName> = z.output<(typeof COMPONENTS)[N]>;
