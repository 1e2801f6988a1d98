import {
  type AccessKey,
  type ArtifactStore,
  type ErrorCode,
  FUNCTION_NAME,
  type InvocationQueue,
  type KeyStore,
  type LogStore,
  type Place,
  PlatformError,
  type Registry,
  type WorkerDirectory,
} from "@sluice/core";
import { z } from "zod";
import type { Invoker } from "../invoker.ts";
import type { ComponentName } from "./components.ts";
import type { JsonBody } from "../request/json-body.ts";

export interface PlatformApiDeps {
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
  readonly logs: LogStore;
  readonly keys: KeyStore;
  readonly workers: WorkerDirectory;
  readonly queue: InvocationQueue;
  readonly invoker: Invoker;
  readonly place: Place;
  readonly now: () => number;
  readonly newId: () => string;
  /** Gets every failure that callers see only as an id; log it. */
  readonly reportError: (error: unknown, errorId: string) => void;
}

export type Method = "get" | "put" | "post" | "delete";

/** What a call body is: nothing, a JSON document of a schema, or an event passed on unread once it is known to be JSON. */
export type BodyKind = "none" | "json" | "event";

export interface ReplyDescription {
  readonly description: string;
  /** One of these is the body; none: the reply has no body. */
  readonly schemas: readonly ComponentName[];
}

export interface Reply {
  readonly status: number;
  /** JSON text as it goes out. */
  readonly json: string;
}

export function reply(status: number, value: unknown): Reply {
  return { status, json: JSON.stringify(value) };
}

export interface Call<P, Q, B> {
  /** Empty for public operations. */
  readonly tenant: string;
  /** Whose call it is; undefined for public operations. */
  readonly key: AccessKey | undefined;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** JSON text of an event body; empty for every other operation. */
  readonly event: string;
  /** The chain of invocations that the call continues. */
  readonly lineage: string | undefined;
}

export interface RawCall {
  readonly key: AccessKey | undefined;
  /** @throws PlatformError Auth.Forbidden; on one function, or on what belongs to none */
  readonly authorise: (actions: readonly string[], on: FunctionResource | undefined) => void;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly lineage: string | undefined;
  /** Reads the body only when asked, so that a request refused earlier costs nothing. */
  readonly readBody: (limitBytes: number) => Promise<JsonBody>;
}

export interface FunctionResource {
  readonly name: string;
  readonly qualifier?: string;
}

/** One route: what the router mounts and what the OpenAPI document describes, from the same schemas. */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** As OpenAPI writes it: `/functions/{name}`. */
  readonly path: string;
  readonly access: "key" | "public";
  /** All of these the key must be allowed, on the function that the path names. */
  readonly actions: readonly string[];
  readonly summary: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly bodyKind: BodyKind;
  readonly bodySchema: z.ZodType | undefined;
  readonly replies: Readonly<Record<number, ReplyDescription>>;
  readonly errors: readonly ErrorCode[];
  run(call: RawCall): Promise<Reply>;
}

export type BodyDefinition<B, Q> =
  | { readonly kind: "json"; readonly schema: z.ZodType<B>; readonly limitBytes: (query: Q) => number }
  | { readonly kind: "event"; readonly limitBytes: (query: Q) => number };

export interface OperationDefinition<P extends z.ZodObject, Q extends z.ZodObject, B> {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly access?: "key" | "public";
  /** AWS's names where AWS has the operation; absent: `sluice:` and the id. */
  readonly actions?: readonly string[];
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: BodyDefinition<B, z.output<Q>>;
  readonly replies: Operation["replies"];
  readonly errors?: readonly ErrorCode[];
  handle(call: Call<z.output<P>, z.output<Q>, B>): Promise<Reply>;
}

export const NO_FIELDS = z.strictObject({});
export const NAME_PARAMS = z.strictObject({
  name: z.string().regex(FUNCTION_NAME, "must be 1 to 64 letters, digits, '-' or '_'"),
});
export const PAGE_LIMIT = z
  .string()
  .regex(/^[1-9][0-9]{0,3}$/, "must be a number from 1 to 1000")
  .transform(Number)
  .refine((limit) => limit <= 1000, "must be a number from 1 to 1000");

export function defineOperation<
  P extends z.ZodObject = typeof NO_FIELDS,
  Q extends z.ZodObject = typeof NO_FIELDS,
  B = undefined,
>(definition: OperationDefinition<P, Q, B>): Operation {
  const { body } = definition;
  const params: z.ZodObject = definition.params ?? NO_FIELDS;
  const query: z.ZodObject = definition.query ?? NO_FIELDS;
  const { access = "key", actions = [`sluice:${definition.id.charAt(0).toUpperCase()}${definition.id.slice(1)}`] } =
    definition;
  return {
    ...definition,
    access,
    actions,
    params,
    query,
    bodyKind: body?.kind ?? "none",
    bodySchema: body?.kind === "json" ? body.schema : undefined,
    errors: definition.errors ?? [],
    async run(call) {
      const readParams = check(params, call.params, "The path") as z.output<P>;
      const readQuery = check(query, call.query, "The query") as z.output<Q>;
      if (access === "key") call.authorise(actions, functionOf(definition.path, readParams, readQuery));
      const read = body === undefined ? undefined : await call.readBody(body.limitBytes(readQuery));
      return definition.handle({
        tenant: call.key?.tenant ?? "",
        key: call.key,
        params: readParams,
        query: readQuery,
        body: (body?.kind === "json" ? check(body.schema, read?.value, "The body") : undefined) as B,
        event: body?.kind === "event" ? (read?.text ?? "") : "",
        lineage: call.lineage,
      });
    },
  };
}

function functionOf(path: string, params: object, query: object): FunctionResource | undefined {
  const { name } = params as { readonly name?: string };
  if (name === undefined || !path.startsWith("/functions/{name}")) return undefined;
  const { qualifier } = query as { readonly qualifier?: string };
  return { name, ...(qualifier === undefined ? {} : { qualifier }) };
}

function check<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => ({ path: issue.path.map(String), message: issue.message }));
  const list = faults.map((fault) => [fault.path.join("."), fault.message].filter((part) => part !== "").join(": "));
  throw new PlatformError("Request.Malformed", `${what} is not valid: ${list.join("; ")}.`, { details: { faults } });
}
