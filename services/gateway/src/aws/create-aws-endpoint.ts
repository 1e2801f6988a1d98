import { UploadBundler } from "@sluice/bundle";
import type { InvocationQueue, Place } from "@sluice/core";
import type { FunctionCache, Stores } from "@sluice/store";
import type { GatewayConfig } from "../config.ts";
import type { Invoker } from "../invoker.ts";
import { KinesisApi } from "../kinesis-api/kinesis-api.ts";
import { LambdaApi } from "../lambda-api/lambda-api.ts";
import { CodeLinks } from "../lambda-api/operations/functions/code-links.ts";
import { ObjectSource } from "../lambda-api/operations/functions/object-source.ts";
import { lambdaOperations } from "../lambda-api/operations/operations.ts";
import { RegistryScheduleStore } from "../scheduler-api/registry-schedule-store.ts";
import { createSchedulerApi } from "../scheduler-api/scheduler-api.ts";
import { SqsApi } from "../sqs-api/sqs-api.ts";
import { StsApi } from "../sts-api/sts-api.ts";
import type { AwsAccess } from "./aws-access.ts";
import { AwsEndpoint, type AwsEndpointOptions } from "./aws-endpoint.ts";

export interface CreateAwsEndpointOptions {
  readonly config: Pick<GatewayConfig, "objectStore" | "urlDomain">;
  readonly access: AwsAccess;
  readonly stores: Stores;
  readonly queue: InvocationQueue;
  readonly functions: FunctionCache;
  readonly invoker: Invoker;
  readonly place: Place;
  readonly linkSecret: Uint8Array;
  readonly now: () => number;
  readonly newId: () => string;
  readonly reportError: (error: unknown, errorId: string) => void;
}

/** The parts that answer AWS's clients, joined. */
export function createAwsEndpoint(options: CreateAwsEndpointOptions): AwsEndpoint {
  const { access, stores, functions, place, now, newId, reportError } = options;
  const links = new CodeLinks({ secret: options.linkSecret, now });
  const operations = lambdaOperations({
    ...stores,
    queue: options.queue,
    functions,
    invoker: options.invoker,
    objects: new ObjectSource(toObjectStore(options.config.objectStore)),
    bundler: new UploadBundler(),
    codeLinks: links,
    authorise: (request) => access.authorise(request),
    urlDomain: options.config.urlDomain,
    place,
    now,
    newId,
    reportError,
  });
  const authorise: AwsAccess["authorise"] = (request) => access.authorise(request);
  const lambda = new LambdaApi({ operations, place, authorise, newId, reportError });
  return new AwsEndpoint({ access, lambda, services: createServices(options), links, artifacts: stores.artifacts });
}

function createServices({
  stores,
  place,
  now,
  newId,
  reportError,
}: CreateAwsEndpointOptions): AwsEndpointOptions["services"] {
  const deps = { ...stores, place, now, newId, reportError };
  const sqs = new SqsApi(deps);
  const kinesis = new KinesisApi(deps);
  const sts = new StsApi(deps);
  return {
    sqs: (...call) => sqs.handle(...call),
    kinesis: (...call) => kinesis.handle(...call),
    sts: (...call) => sts.handle(...call),
    scheduler: createSchedulerApi({ ...deps, store: new RegistryScheduleStore(deps) }),
  };
}

function toObjectStore(config: GatewayConfig["objectStore"]): ConstructorParameters<typeof ObjectSource>[0] {
  const { endpoint, secretAccessKey, ...rest } = config;
  return endpoint === undefined || secretAccessKey === undefined ? undefined : { ...rest, endpoint, secretAccessKey };
}
