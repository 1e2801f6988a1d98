import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { PlatformError } from "@sluice/core";
import { createMemoryStores, type Stores } from "@sluice/store";
import { KinesisApi } from "../../kinesis-api/kinesis-api.ts";
import { acceptHttp2 } from "../../request/http2.ts";
import { readRaw } from "../../request/read-raw.ts";
import { SqsApi } from "../../sqs-api/sqs-api.ts";
import type { AwsCaller } from "../aws-call.ts";

export interface AwsServer {
  readonly endpoint: string;
  readonly stores: Stores;
  /** What callers asked leave for, as `action resource`. */
  readonly asked: string[];
  /** Actions that are refused. */
  readonly denied: Set<string>;
  readonly reported: unknown[];
  /** How far the server's clock is ahead. */
  aheadMs: number;
  stop(): Promise<void>;
}

const PLACE = { region: "us-east-1", accountId: "000000000000" };

/** Both protocols over real HTTP on a free port, on the in-memory twins. Signatures are not looked at: the key says who calls. */
export async function startAwsServer(): Promise<AwsServer> {
  const now = (): number => Date.now() + aws.aheadMs;
  const stores = createMemoryStores({ now });
  let ids = 0;
  const deps = {
    ...stores,
    place: PLACE,
    now,
    newId: () => `id-${(ids += 1)}`,
    reportError: (error: unknown) => aws.reported.push(error),
  };
  const sqs = new SqsApi(deps);
  const kinesis = new KinesisApi(deps);
  const listener: RequestListener = (request, response) => {
    const api = String(request.headers["x-amz-target"]).startsWith("Kinesis_") ? kinesis : sqs;
    const caller = callerOf(aws, request);
    void api.handle(request, response, async () => ({ caller, body: await readRaw(request, 16 * 1024 * 1024) }));
  };
  const server = createServer(listener);
  acceptHttp2(server, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const aws: AwsServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stores,
    asked: [],
    denied: new Set(),
    reported: [],
    aheadMs: 0,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await stores.stop();
    },
  };
  return aws;
}

function callerOf(aws: AwsServer, request: IncomingMessage): AwsCaller {
  const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1];
  return {
    tenant: key ?? "default",
    authorise: (action, resource) => {
      aws.asked.push(`${action} ${resource}`);
      if (!aws.denied.has(action)) return;
      // The code has no status of 403 of its own here; what is thrown is only told by its status.
      throw Object.defineProperty(new PlatformError("Auth.Invalid", "Not allowed."), "status", { value: 403 });
    },
  };
}

/** Settings of a client of AWS for this server; the key names the tenant. */
export function clientOptions(aws: AwsServer, tenant = "default") {
  return {
    region: PLACE.region,
    endpoint: aws.endpoint,
    credentials: { accessKeyId: tenant, secretAccessKey: "x" },
    maxAttempts: 1,
  };
}
