import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { LambdaClient } from "@aws-sdk/client-lambda";
import {
  type AccessKey,
  ADMIN_POLICY,
  DEFAULT_FUNCTION_CONFIG,
  DEFAULT_RETRY_POLICY,
  toDeploymentChange,
  type Trigger,
} from "@sluice/core";
import { createMemoryQueue } from "@sluice/queue";
import { createMemoryStores, FunctionCache, type Stores } from "@sluice/store";
import { createHttpServer, createRequestListener } from "../../app.ts";
import { SignatureVerifier } from "../../auth/sigv4/verifier.ts";
import { AwsAccess } from "../../aws/aws-access.ts";
import { createAwsEndpoint } from "../../aws/create-aws-endpoint.ts";
import { UrlAccess } from "../../aws/url-access.ts";
import type { CallOptions, CallResult, Invoker } from "../../invoker.ts";
import { TriggerCache } from "../../trigger-cache.ts";

export const SECRET = "secret";

/** What a test makes of a call. */
export type Answer = (event: UrlEvent, options: CallOptions) => unknown;

export interface UrlEvent {
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly requestContext: Readonly<Record<string, unknown>>;
}

export interface UrlServer {
  readonly endpoint: string;
  readonly stores: Stores;
  readonly lambda: LambdaClient;
  /** Of every call, what was asked of the invoker. */
  readonly calls: Parameters<Invoker["call"]>[];
  /** What the function returns; a CallResult when it has a `kind`. */
  answer: Answer;
  deploy(name: string, triggers: readonly Trigger[], tenant?: string): Promise<void>;
  addKey(accessKeyId: string, change?: Partial<AccessKey>): Promise<void>;
  send(request: RawRequest): Promise<RawAnswer>;
  stop(): Promise<void>;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Every address of a gateway over real HTTP, on the in-memory twins; only the direct lane is a fake. */
export async function startUrlServer(options: { readonly urlDomain?: string } = {}): Promise<UrlServer> {
  const now = Date.now;
  const stores = createMemoryStores({ now });
  const queue = createMemoryQueue({ now });
  const calls: UrlServer["calls"] = [];
  const invoker: Invoker = {
    async call(...call) {
      calls.push(call);
      return toResult(await server.answer(JSON.parse(String(call[1])) as UrlEvent, call[2] ?? {}));
    },
    abandon: () => undefined,
    enqueue: (invocation, enqueueOptions) => queue.enqueue(invocation, enqueueOptions),
  };
  const http = createHttpServer(createRequestListener(parts({ stores, queue, invoker, ...options })));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "AKDEFAULT", secretAccessKey: SECRET };
  const lambda = new LambdaClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  const server: UrlServer = {
    endpoint,
    stores,
    lambda,
    calls,
    answer: (event) => event,
    deploy: (name, triggers, tenant = "default") => deploy(stores, { tenant, name }, triggers),
    addKey: (accessKeyId, change) => addKey(stores, accessKeyId, change),
    send: (request) => send(endpoint, request),
    async stop() {
      lambda.destroy();
      http.closeAllConnections();
      http.close();
      await queue.stop();
      await stores.stop();
    },
  };
  await server.addKey("AKDEFAULT");
  return server;
}

function parts(given: {
  readonly stores: Stores;
  readonly queue: ReturnType<typeof createMemoryQueue>;
  readonly invoker: Invoker;
  readonly urlDomain?: string;
}): Parameters<typeof createRequestListener>[0] {
  const { stores, queue, invoker, urlDomain } = given;
  const now = Date.now;
  const newId = randomUUID;
  const place = { region: "us-east-1", accountId: "000000000000" };
  const reportError = (error: unknown): void => {
    throw error;
  };
  const functions = new FunctionCache({ registry: stores.registry, now });
  const triggers = new TriggerCache({ registry: stores.registry, now });
  void stores.registry.onChange((ref) => {
    functions.forget(ref);
    triggers.forgetAll();
  });
  const verifier = new SignatureVerifier({ keys: stores.keys, region: place.region, now });
  const access = new AwsAccess({ verifier, functions, place });
  const shared = { stores, queue, invoker, place, now, newId, reportError };
  const objectStore = { endpoint: undefined, region: "", accessKeyId: "", secretAccessKey: undefined };
  const config = { objectStore, urlDomain };
  return {
    sources: { triggers, invoker, now, newId, trustedProxies: 0, signedUrls: new UrlAccess({ access, place }) },
    api: { ...stores, ...shared },
    aws: createAwsEndpoint({ ...shared, config, access, functions, linkSecret: Buffer.alloc(32) }),
    ready: async () => undefined,
  };
}

function toResult(value: unknown): CallResult {
  if (typeof value === "object" && value !== null && "kind" in value) return value as CallResult;
  return { kind: "result", head: { version: "1" }, payload: Buffer.from(JSON.stringify(value) ?? "null") };
}

async function deploy(
  { registry }: Stores,
  ref: { readonly tenant: string; readonly name: string },
  triggers: readonly Trigger[],
): Promise<void> {
  const content = { codeDigest: "a".repeat(64), codeBytes: 1, sourceMapDigest: null, upload: null };
  const settings = { reservedConcurrency: null, retry: DEFAULT_RETRY_POLICY };
  const deployment = { ...content, ...settings, config: DEFAULT_FUNCTION_CONFIG, triggers };
  const at = { now: Date.now(), revisionId: randomUUID() };
  await registry.change(ref, (before) => toDeploymentChange(before, deployment, at));
}

async function addKey({ keys }: Stores, accessKeyId: string, change: Partial<AccessKey> = {}): Promise<void> {
  const key = { accessKeyId, tenant: "default", name: "ci", policies: ADMIN_POLICY, createdAt: 0, expiresAt: null };
  const whole = { ...key, disabled: false, ...change };
  await keys.putTenant({ name: whole.tenant, privateEgress: [] });
  await keys.putKey(whole, SECRET);
}

async function send(endpoint: string, { method = "GET", path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const request = httpRequest(`${endpoint}${path}`, { method, headers: { ...headers } });
  request.end(body);
  const [response] = await once(request, "response");
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}
