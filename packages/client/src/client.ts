import type { FunctionOptionsInput, InvocationStatus, PolicyPreset, PolicyStatement, QueueDepth } from "@sluice/core";
import type {
  CreatedKey,
  CreatedTenant,
  Deployed,
  DeploymentPlan,
  FunctionDetail,
  FunctionPage,
  InvocationResult,
  KeyView,
  LogPage,
  TenantView,
  VersionView,
  WorkerView,
} from "./answers.ts";
import { createRequester, type Requester, type RequesterOptions } from "./request.ts";

export type ClientOptions = RequesterOptions;

/** Bundled code, or the digest of code that the function had before. */
export type DeployCode = { readonly code: Uint8Array } | { readonly codeDigest: string };

export type DeploySourceMap = { readonly map: Uint8Array } | { readonly digest: string };

export interface DeployRequest {
  readonly name: string;
  readonly options: FunctionOptionsInput;
  readonly code: DeployCode;
  /** Of the code, so that traces name its sources: the map, or the digest of one that the function had before. */
  readonly sourceMap?: DeploySourceMap;
}

export interface InvokeRequest {
  readonly name: string;
  /** JSON text; absent: `{}`. */
  readonly event?: string;
  readonly qualifier?: string;
  readonly signal?: AbortSignal;
}

/** A preset, for all functions or for some by name, or statements. */
export type KeyRequest = { readonly name: string; readonly expiresInDays?: number } & (
  | { readonly policy: PolicyPreset; readonly functions?: readonly string[] }
  | { readonly statements: readonly PolicyStatement[] }
);

export interface PageRequest {
  readonly after?: string;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export type SluiceClient = ReturnType<typeof createClient>;

/**
 * The platform API, one method per operation.
 *
 * @throws SluiceApiError the gateway refused
 * @throws SluiceConnectionError no answer came
 */
export function createClient(options: ClientOptions) {
  const request = createRequester(options);
  return {
    ...functionMethods(request),
    ...invocationMethods(request),
    ...observationMethods(request),
    ...accessMethods(request),
  };
}

function at(name: string, rest = ""): string {
  return `/functions/${encodeURIComponent(name)}${rest}`;
}

function functionMethods(request: Requester) {
  return {
    listFunctions: async ({ signal, ...query }: PageRequest = {}) =>
      (await request("GET", "/functions", { query: { ...query }, ...withSignal(signal) })) as FunctionPage,

    getFunction: async (name: string) => (await request("GET", at(name))) as FunctionDetail,

    deleteFunction: async (name: string): Promise<void> => {
      await request("DELETE", at(name));
    },

    listVersions: async (name: string) =>
      ((await request("GET", at(name, "/versions"))) as { versions: readonly VersionView[] }).versions,

    deploy: async (deployment: DeployRequest) =>
      (await request("PUT", at(deployment.name), { body: deployBody(deployment) })) as Deployed,

    /** What `deploy` would change; the code may be named by its digest even if the gateway never had it. */
    planDeployment: async (deployment: DeployRequest) =>
      (await request("PUT", at(deployment.name), {
        query: { dryRun: true },
        body: deployBody(deployment),
      })) as DeploymentPlan,
  };
}

function invocationMethods(request: Requester) {
  return {
    /** Runs now and waits. A failure of the function is an answer with `ok: false`, not an error. */
    invoke: async ({ name, event = "{}", qualifier, logs, signal }: InvokeRequest & { readonly logs?: boolean }) =>
      (await request("POST", at(name, "/invocations"), {
        query: { mode: "sync", qualifier, logs: logs === true ? true : undefined },
        body: event,
        ...withSignal(signal),
      })) as InvocationResult,

    /** Queues the event and answers the invocation's id. */
    invokeAsync: async ({ name, event = "{}", qualifier, signal }: InvokeRequest) => {
      const query = { mode: "async", qualifier };
      const answer = await request("POST", at(name, "/invocations"), { query, body: event, ...withSignal(signal) });
      return (answer as { invocationId: string }).invocationId;
    },

    getInvocation: async (name: string, id: string) =>
      (await request("GET", at(name, `/invocations/${encodeURIComponent(id)}`))) as InvocationStatus,

    listDeadLetters: async (name: string, query: { readonly limit?: number } = {}) =>
      ((await request("GET", at(name, "/dead-letters"), { query })) as { deadLetters: readonly InvocationStatus[] })
        .deadLetters,

    /** One invocation, or all of them without an id. Answers how many were queued again. */
    redriveDeadLetters: async (name: string, id?: string) => {
      const body = JSON.stringify(id === undefined ? {} : { id });
      return ((await request("POST", at(name, "/dead-letters/redrive"), { body })) as { redriven: number }).redriven;
    },
  };
}

function observationMethods(request: Requester) {
  return {
    getQueue: async (name: string) => (await request("GET", at(name, "/queue"))) as QueueDepth,

    readLogs: async (name: string, { signal, ...query }: PageRequest = {}) =>
      (await request("GET", at(name, "/logs"), { query: { ...query }, ...withSignal(signal) })) as LogPage,

    listWorkers: async () => ((await request("GET", "/workers")) as { workers: readonly WorkerView[] }).workers,

    getManifestSchema: async () => (await request("GET", "/manifest.schema.json")) as Record<string, unknown>,

    getOpenApi: async () => (await request("GET", "/openapi.json")) as Record<string, unknown>,
  };
}

function accessMethods(request: Requester) {
  return {
    listKeys: async () => ((await request("GET", "/keys")) as { keys: readonly KeyView[] }).keys,

    /** The secret is in this answer and in none after it. */
    createKey: async (key: KeyRequest) => (await request("POST", "/keys", { body: JSON.stringify(key) })) as CreatedKey,

    deleteKey: async (id: string): Promise<void> => {
      await request("DELETE", `/keys/${encodeURIComponent(id)}`);
    },

    listTenants: async () => ((await request("GET", "/tenants")) as { tenants: readonly TenantView[] }).tenants,

    createTenant: async (name: string) =>
      (await request("POST", "/tenants", { body: JSON.stringify({ name }) })) as CreatedTenant,
  };
}

function deployBody({ options, code, sourceMap }: DeployRequest): string {
  return JSON.stringify({
    options,
    ...("codeDigest" in code ? { codeDigest: code.codeDigest } : { code: base64(code.code) }),
    ...(sourceMap === undefined
      ? {}
      : "digest" in sourceMap
        ? { sourceMapDigest: sourceMap.digest }
        : { sourceMap: base64(sourceMap.map) }),
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
