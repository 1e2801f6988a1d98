import { z } from "zod";
import type { Deployment } from "./deployment.ts";
import { DEFAULT_FUNCTION_CONFIG, type FunctionConfig } from "./function.ts";
import { LIMITS } from "./limits.ts";
import { toFunctionUrl, URL_OPTIONS } from "./manifest-url.ts";
import { FUNCTION_NAME, TRIGGER_NAME } from "./names.ts";
import { DEFAULT_RETRY_POLICY, defaultDelays } from "./retry-policy.ts";
import { isTimeZone, parseSchedule } from "./schedule.ts";
import type { Trigger, TriggerAuth } from "./trigger.ts";

/** The form of `sluice.yaml`. Every message says what to write; the CLI adds file and line. */

const AUTH = z
  .strictObject({
    bearer: z.string().min(8, "must have at least 8 characters").optional(),
    hmac: z
      .strictObject({
        secret: z.string().min(8, "must have at least 8 characters"),
        header: z
          .string()
          .regex(/^[A-Za-z0-9-]+$/, "must be an HTTP header name")
          .default("x-hub-signature-256"),
      })
      .optional(),
  })
  .refine((auth) => (auth.bearer === undefined) !== (auth.hmac === undefined), "must have either 'bearer' or 'hmac'");

const TRIGGER_NAME_FIELD = z.string().regex(TRIGGER_NAME, "must be 1 to 64 letters, digits, '-' or '_'");

const HTTP_AUTH = z.union([z.literal("iam"), AUTH], "must be 'iam', or have either 'bearer' or 'hmac'");
const HTTP = z.strictObject({ auth: HTTP_AUTH.optional(), ...URL_OPTIONS });
const WEBHOOK = z.strictObject({ name: TRIGGER_NAME_FIELD.optional(), auth: AUTH.optional() });
const OBJECT_STORAGE = z.strictObject({
  name: TRIGGER_NAME_FIELD.optional(),
  auth: AUTH.optional(),
  bucket: z.string().min(1).max(255).optional(),
  prefix: z.string().max(1024).default(""),
  suffix: z.string().max(1024).default(""),
  events: z
    .array(z.string().regex(/^(s3:)?[A-Za-z]+(:[A-Za-z]+)?(:?\*)?$/, "must be an S3 event such as 'ObjectCreated:*'"))
    .min(1)
    .max(20)
    .default(["ObjectCreated:*"]),
});
const CRON = z
  .strictObject({
    name: TRIGGER_NAME_FIELD.optional(),
    schedule: z.string(),
    timezone: z.string().default("UTC"),
    missedRuns: z.enum(["skip", "once", "all"]).default("once"),
    input: z.unknown().optional(),
  })
  .superRefine((cron, context) => {
    if (!isTimeZone(cron.timezone)) {
      context.addIssue({
        code: "custom",
        path: ["timezone"],
        message: `'${cron.timezone}' is not an IANA time zone such as 'Europe/Zurich'`,
      });
      return;
    }
    const parsed = parseSchedule(cron.schedule, cron.timezone);
    if (!parsed.ok)
      context.addIssue({ code: "custom", path: ["schedule"], message: `'${cron.schedule}' ${parsed.message}` });
  });

const TRIGGER = z
  .strictObject({
    http: HTTP.nullable().optional(),
    webhook: WEBHOOK.nullable().optional(),
    "object-storage": OBJECT_STORAGE.nullable().optional(),
    cron: CRON.optional(),
  })
  .refine(
    (trigger) => Object.keys(trigger).length === 1,
    "must have exactly one of 'http', 'webhook', 'object-storage' or 'cron'",
  );

const ENVIRONMENT = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a variable name: letters, digits and '_', no digit first"),
    z.union([z.string(), z.number(), z.boolean()]).transform(String),
  )
  .refine(
    (env) => environmentBytes(env) <= LIMITS.environmentBytesMax,
    `must have at most ${LIMITS.environmentBytesMax} bytes in all`,
  );

const HOST_PATTERN = z
  .string()
  .regex(/^(\*\.)?[A-Za-z0-9._-]+(:[0-9]{1,5})?$|^\[[0-9a-fA-F:]+\](:[0-9]{1,5})?$/, "must be 'host' or 'host:port'");

/** Configuration part of a function: what `sluice.yaml` and the deploy request of the platform API share. */
export const FUNCTION_OPTIONS = z.strictObject({
  handler: z
    .string()
    .regex(/^[A-Za-z_$][\w$]*$/, "must be the name of an exported function")
    .default(DEFAULT_FUNCTION_CONFIG.handler),
  runtime: z.enum(["javascript", "wasi"], "must be 'javascript' or 'wasi'").default(DEFAULT_FUNCTION_CONFIG.runtime),
  description: z.string().max(256).default(""),
  memoryMb: z.int().min(LIMITS.memoryMbMin).max(LIMITS.memoryMbMax).default(LIMITS.memoryMbDefault),
  timeoutMs: z.int().min(LIMITS.timeoutMsMin).max(LIMITS.timeoutMsMax).default(LIMITS.timeoutMsDefault),
  environment: ENVIRONMENT.default({}),
  concurrency: z.int().min(1).max(LIMITS.concurrencyMax).nullable().default(null),
  retry: z
    .strictObject({
      attempts: z.int().min(0).max(LIMITS.retriesMax).optional(),
      delaysMs: z.array(z.int().min(0).max(86_400_000)).max(LIMITS.retriesMax).optional(),
      maxEventAgeMs: z
        .int()
        .min(LIMITS.eventAgeMsMin)
        .max(LIMITS.eventAgeMsMax)
        .default(DEFAULT_RETRY_POLICY.maxEventAgeMs),
    })
    .refine(
      (retry) => retry.attempts === undefined || retry.delaysMs === undefined,
      "must have 'attempts' or 'delaysMs', not both",
    )
    .prefault({}),
  egress: z
    .strictObject({
      allow: z.array(HOST_PATTERN).max(100).optional(),
      allowPrivate: z.array(HOST_PATTERN).max(50).default([]),
    })
    .prefault({}),
  triggers: z.array(TRIGGER).max(LIMITS.triggersPerFunction).default([]),
});

const MANIFEST_FUNCTION = FUNCTION_OPTIONS.extend({
  entry: z
    .string()
    .min(1, "must be the path of a TypeScript or JavaScript file, or of a .wasm file for the runtime 'wasi'"),
});

export const MANIFEST = z.strictObject({
  $schema: z.string().optional(),
  functions: z
    .record(z.string().regex(FUNCTION_NAME, "must be 1 to 64 letters, digits, '-' or '_'"), MANIFEST_FUNCTION)
    .refine(
      (functions) => Object.keys(functions).length <= LIMITS.functionsPerManifest,
      `must have at most ${LIMITS.functionsPerManifest} functions`,
    ),
});

export type FunctionOptionsInput = z.input<typeof FUNCTION_OPTIONS>;
export type FunctionOptions = z.output<typeof FUNCTION_OPTIONS>;
export type Manifest = z.output<typeof MANIFEST>;

/** One fault in a document: where (`functions.thumb.memoryMb`) and what to write instead. */
export interface ManifestFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly ManifestFault[] };

export function parseManifest(document: unknown): Parsed<Manifest> {
  return parseWith(MANIFEST, document);
}

export function parseFunctionOptions(document: unknown): Parsed<FunctionOptions> {
  return parseWith(FUNCTION_OPTIONS, document);
}

function parseWith<S extends z.ZodType>(schema: S, document: unknown): Parsed<z.output<S>> {
  const result = schema.safeParse(document);
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    faults: result.error.issues.flatMap(withinUnion).map((issue) => ({
      path: issue.path.filter((part) => typeof part !== "symbol"),
      message: issue.message,
    })),
  };
}

/** What is wrong inside one form of several says more than that none of them fits. */
function withinUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inside = issue.errors.flat().filter(({ path, code }) => path.length > 0 || code === "unrecognized_keys");
  return inside.length === 0 ? [issue] : inside.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

/** JSON Schema of `sluice.yaml` for editors. */
export function manifestJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(MANIFEST, { io: "input", unrepresentable: "any" });
}

/** What the manifest says, in the platform's own terms. */
export function toFunctionConfig(options: FunctionOptions): FunctionConfig {
  return {
    runtime: options.runtime,
    handler: options.handler,
    description: options.description,
    memoryMb: options.memoryMb,
    timeoutMs: options.timeoutMs,
    environment: options.environment,
    egress: options.egress,
    deadLetterTarget: null,
  };
}

/** What of a manifest applies to the function whatever its version. */
export function toDeploymentSettings(options: FunctionOptions): Pick<Deployment, "reservedConcurrency" | "retry"> {
  const { retry } = options;
  const delaysMs =
    retry.delaysMs ?? (retry.attempts === undefined ? DEFAULT_RETRY_POLICY.delaysMs : defaultDelays(retry.attempts));
  return { reservedConcurrency: options.concurrency, retry: { delaysMs, maxEventAgeMs: retry.maxEventAgeMs } };
}

/** A trigger without a name of its own takes the function's; a second one of the same type must be named. */
export function toTriggers(functionName: string, options: FunctionOptions): Trigger[] {
  return options.triggers.map((entry): Trigger => {
    if (entry.cron) {
      const { name, schedule, timezone, missedRuns, input } = entry.cron;
      return {
        type: "cron",
        name: name ?? functionName,
        auth: { type: "none" },
        schedule,
        timezone,
        missedRuns,
        input: input === undefined ? null : JSON.stringify(input),
      };
    }
    if (entry["object-storage"] !== undefined) {
      const { name, auth, bucket, ...filter } = entry["object-storage"] ?? OBJECT_STORAGE.parse({});
      return {
        type: "object-storage",
        name: name ?? functionName,
        auth: toAuth(auth),
        ...(bucket === undefined ? {} : { bucket }),
        prefix: filter.prefix,
        suffix: filter.suffix,
        events: filter.events.map((event) => event.replace(/^s3:/, "")),
      };
    }
    if (entry.webhook !== undefined) {
      return { type: "webhook", name: entry.webhook?.name ?? functionName, auth: toAuth(entry.webhook?.auth) };
    }
    const url = toFunctionUrl(entry.http ?? {});
    return { type: "http", name: functionName, auth: toAuth(entry.http?.auth), ...(url === undefined ? {} : { url }) };
  });
}

function toAuth(auth: z.output<typeof HTTP_AUTH> | undefined): TriggerAuth {
  if (auth === "iam") return { type: "iam" };
  if (auth?.bearer !== undefined) return { type: "bearer", token: auth.bearer };
  if (auth?.hmac !== undefined)
    return { type: "hmac", secret: auth.hmac.secret, header: auth.hmac.header.toLowerCase() };
  return { type: "none" };
}

function environmentBytes(environment: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(environment)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}
