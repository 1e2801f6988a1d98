import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ADMIN_POLICY } from "@sluice/core";
import { createMemoryQueue, type MemoryQueue } from "@sluice/queue";
import { createMemoryStores, type Stores } from "@sluice/store";
import express from "express";
import type { CallResult, Invoker } from "../../invoker.ts";
import { createPlatformApi } from "../platform-api.ts";

export interface ApiServer {
  readonly endpoint: string;
  readonly stores: Stores;
  readonly queue: MemoryQueue;
  /** Key of the tenant `default`, and of another one. */
  readonly token: string;
  readonly otherToken: string;
  /** What the next synchronous calls answer, and what they were. */
  readonly calls: Parameters<Invoker["call"]>[];
  answerCalls(answer: (event: string) => CallResult): void;
  /** Failures that callers saw only as an id. */
  readonly reported: { readonly error: unknown; readonly errorId: string }[];
  clock: number;
  stop(): Promise<void>;
}

/** The platform API over real HTTP on a free port, on the in-memory twins; only the direct lane is a fake. */
export async function startApiServer(): Promise<ApiServer> {
  let ids = 0;
  let answer = (event: string): CallResult => ({ kind: "result", head: { version: "1" }, payload: Buffer.from(event) });
  const now = (): number => api.clock;
  const stores = createMemoryStores({ now });
  const queue = createMemoryQueue({ now });
  const calls: ApiServer["calls"] = [];
  const reported: ApiServer["reported"] = [];
  const invoker: Invoker = {
    async call(...call) {
      calls.push(call);
      return answer(String(call[1]));
    },
    abandon: () => undefined,
    enqueue: (invocation, options) => queue.enqueue(invocation, options),
  };
  await addTenant(stores, "default", "AKDEFAULT", "default-secret");
  await addTenant(stores, "other", "AKOTHER", "other-secret");
  const app = express();
  app.use(
    "/api/v1",
    createPlatformApi({
      ...stores,
      queue,
      invoker,
      now,
      newId: () => `id-${(ids += 1)}`,
      place: { region: "us-east-1", accountId: "000000000000" },
      reportError: (error, errorId) => reported.push({ error, errorId }),
    }),
  );
  const server = createServer(app);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const api: ApiServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stores,
    queue,
    token: "AKDEFAULT.default-secret",
    otherToken: "AKOTHER.other-secret",
    calls,
    answerCalls: (next) => {
      answer = next;
    },
    reported,
    clock: Date.UTC(2026, 10, 24, 12),
    stop: () => stopAll(server, stores, queue),
  };
  return api;
}

async function addTenant(stores: Stores, name: string, accessKeyId: string, secret: string): Promise<void> {
  await stores.keys.putTenant({ name, privateEgress: [] });
  const key = { accessKeyId, tenant: name, name: "first key", policies: ADMIN_POLICY };
  await stores.keys.putKey({ ...key, createdAt: 0, expiresAt: null, disabled: false }, secret);
}

async function stopAll(server: Server, stores: Stores, queue: MemoryQueue): Promise<void> {
  server.closeAllConnections();
  server.close();
  await queue.stop();
  await stores.stop();
}
