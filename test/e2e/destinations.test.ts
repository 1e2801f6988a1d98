import { createServer } from "node:http";
import { type AsyncRule, DEFAULT_ASYNC_RULE, type FunctionOptionsInput, type FunctionSettings } from "@sluice/core";
import { connectRedis, createRedisStores, type Stores } from "@sluice/store";
import { eventually } from "../support/eventually.ts";
import { LocalServers } from "../support/local-servers.ts";
import { Stack } from "../support/stack.ts";

/** Keeps every event that it is invoked with. */
const KEEPER = `
const { kv } = require("sluice");
exports.handler = async (event, context) => {
  await kv.put(context.functionName + "/" + crypto.randomUUID(), JSON.stringify(event));
  return { kept: true };
};`;
const THROWER = `
const { kv } = require("sluice");
exports.handler = async (event, context) => {
  await kv.put(context.functionName + "/" + crypto.randomUUID(), JSON.stringify(event));
  throw new RangeError("no");
};`;
const READER = `
const { kv } = require("sluice");
exports.handler = async ({ name }) => {
  const { keys } = await kv.list({ prefix: name + "/" });
  return Promise.all(keys.map((key) => kv.get(key).then(JSON.parse)));
};`;
const arn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const NO_RETRIES: Partial<AsyncRule> = { retry: { ...DEFAULT_ASYNC_RULE.retry, delaysMs: [] } };

interface DestinationRecord {
  readonly requestContext: { readonly requestId: string; readonly condition: string };
}

let stack: Stack;
let stores: Stores;
let closeRedis: () => void;
const servers = new LocalServers();
beforeAll(async () => {
  stack = await Stack.start({ metrics: true });
  const redis = connectRedis(stack.redis.url, { name: "test", onError: () => undefined });
  closeRedis = () => redis.disconnect();
  stores = createRedisStores({ redis });
  await stack.deploy("reader", READER);
});
afterAll(async () => {
  await stores.stop();
  closeRedis();
  await servers.close();
  await stack.stop();
});

/** Deploys a function and sets what no manifest sets. */
async function deploy(
  name: string,
  code: string,
  rule: Partial<AsyncRule> = {},
  { settings = {}, ...options }: FunctionOptionsInput & { readonly settings?: Partial<FunctionSettings> } = {},
): Promise<void> {
  await stack.deploy(name, code, options);
  await stores.registry.change({ tenant: "default", name }, (record) => {
    if (record === undefined) return undefined;
    const asyncRules = { $LATEST: { ...DEFAULT_ASYNC_RULE, ...rule } };
    return { now: Date.now(), settings: { ...record.settings, asyncRules, ...settings } };
  });
}

async function kept<T>(name: string): Promise<readonly T[]> {
  const client = await stack.client();
  const { result } = await client.invoke({ name: "reader", event: JSON.stringify({ name }) });
  return result as readonly T[];
}

async function send(name: string, event: unknown): Promise<string> {
  const client = await stack.client();
  return await client.invokeAsync({ name, event: JSON.stringify(event) });
}

async function dead(name: string, id: string): Promise<{ readonly deadLetterReason: string | null }> {
  const client = await stack.client();
  return await eventually(
    () => client.getInvocation(name, id),
    ({ state }) => state === "dead-lettered",
  );
}

test("a success goes to its destination, another function, in Lambda's form", async () => {
  await deploy("after", KEEPER);
  await deploy("before", KEEPER, { onSuccess: arn("after") });
  const id = await send("before", { n: 1 });
  const [record] = await eventually(
    () => kept<DestinationRecord>("after"),
    (records) => records.length === 1,
  );
  expect(record).toEqual({
    version: "1.0",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/) as string,
    requestContext: {
      requestId: id,
      functionArn: `${arn("before")}:$LATEST`,
      condition: "Success",
      approximateInvokeCount: 1,
    },
    requestPayload: { n: 1 },
    responseContext: { statusCode: 200, executedVersion: "$LATEST" },
    responsePayload: { kept: true },
  });
});

test("a failure without retries goes to a webhook, which may be away, and runs once", async () => {
  const bodies: string[] = [];
  const ids: unknown[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      bodies.push(body);
      ids.push(request.headers["webhook-id"]);
      response.writeHead(bodies.length === 1 ? 503 : 200).end();
    });
  });
  const host = `127.0.0.1:${await servers.listen(server)}`;
  const rule = { ...NO_RETRIES, onFailure: `http://${host}/failed` };
  await deploy("failing", THROWER, rule, { egress: { allowPrivate: [host] } });
  const id = await send("failing", { n: 2 });
  expect(await dead("failing", id)).toMatchObject({
    attempts: 1,
    deadLetterReason: "RetriesExhausted",
    error: { errorType: "RangeError", errorMessage: "no" },
  });
  expect(bodies).toHaveLength(2);
  expect(ids[1]).toBe(ids[0]);
  expect(JSON.parse(bodies[1] ?? "")).toMatchObject({
    requestContext: { requestId: id, condition: "RetriesExhausted", approximateInvokeCount: 1 },
    requestPayload: { n: 2 },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorType: "RangeError", errorMessage: "no" },
  });
  expect(await kept("failing")).toHaveLength(1);
  const client = await stack.client();
  expect(await client.listDeadLetters("failing")).toEqual([]);
});

test("what cannot be passed on is kept with the reason, and can be redriven", async () => {
  await deploy("stuck", THROWER, { ...NO_RETRIES, onFailure: "http://127.0.0.1:2/private" });
  const id = await send("stuck", { n: 3 });
  const status = await dead("stuck", id);
  expect(status).toMatchObject({
    deadLetterReason: "DestinationFailed",
    error: { errorMessage: expect.stringContaining("private address") as string },
  });
  await deploy("stuck", KEEPER);
  const client = await stack.client();
  expect(await client.redriveDeadLetters("stuck")).toBe(1);
  await eventually(
    () => client.getInvocation("stuck", id),
    ({ state }) => state === "completed",
  );
  expect(await kept("stuck")).toHaveLength(2);
});

test("a function that is switched off refuses callers, and its events go to where failures go", async () => {
  await deploy("heir", KEEPER);
  const off = { settings: { reservedConcurrency: 0 }, triggers: [{ http: {} }] };
  await deploy("off", KEEPER, { onFailure: arn("heir") }, off);
  const refused = await fetch(`${stack.endpoint}/fn/off`);
  expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining("Capacity.FunctionLimit")]);
  const id = await send("off", { n: 4 });
  expect(await dead("off", id)).toMatchObject({ deadLetterReason: "ZeroReservedConcurrency" });
  const records = await eventually(
    () => kept<DestinationRecord>("heir"),
    (all) => all.length === 1,
  );
  expect(records).toMatchObject([
    { requestContext: { requestId: id, condition: "ZeroReservedConcurrency" }, requestPayload: { n: 4 } },
  ]);
  expect(await kept("off")).toEqual([]);
});

test("an event whose worker dies while it tells a destination is told of by another", async () => {
  let asked = 0;
  const reached = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    asked += 1;
    if (asked === 1) reached.resolve();
    else response.writeHead(204).end();
  });
  const host = `127.0.0.1:${await servers.listen(server)}`;
  const rule = { onSuccess: `http://${host}/done` };
  await deploy("orphan", KEEPER, rule, { egress: { allowPrivate: [host] } });
  const id = await send("orphan", {});
  await reached.promise;
  const client = await stack.client();
  expect((await client.getInvocation("orphan", id)).state).toBe("running");
  await stack.workers[0]?.kill();
  await stack.workers[0]?.start();
  await eventually(
    () => client.getInvocation("orphan", id),
    ({ state }) => state === "completed",
  );
  expect(asked).toBe(2);
});

describe("a loop", () => {
  const private_ = (): FunctionOptionsInput => ({
    timeoutMs: 30_000,
    egress: { allowPrivate: [new URL(stack.endpoint).host] },
  });

  test("of a function that calls its own address ends after sixteen times", async () => {
    const CODE = `
const { kv } = require("sluice");
exports.handler = async () => {
  await kv.put("selfish/" + crypto.randomUUID(), "1");
  const response = await fetch(process.env.SELF);
  return { statusCode: 200, body: response.ok ? await response.text() : response.status + await response.text() };
};`;
    const environment = { SELF: `${stack.endpoint}/fn/selfish` };
    await deploy("selfish", CODE, {}, { ...private_(), environment, triggers: [{ http: {} }] });
    const response = await fetch(environment.SELF);
    expect(await response.text()).toMatch(/^400.*Invocation\.Recursive/);
    expect(await kept("selfish")).toHaveLength(16);
  });

  test("of a function that hides what it does ends as well", async () => {
    const CODE = `
const { kv } = require("sluice");
const headers = { "x-amzn-trace-id": "Root=1-00000000-000000000000000000000000;Lineage=00000001:0" };
exports.handler = async () => {
  await kv.put("sly/" + crypto.randomUUID(), "1");
  await fetch(process.env.SELF, { method: "POST", body: "{}", headers });
};`;
    const environment = { SELF: `${stack.endpoint}/hooks/sly` };
    await deploy("sly", CODE, {}, { ...private_(), environment, triggers: [{ webhook: { name: "sly" } }] });
    await send("sly", {});
    const client = await stack.client();
    const letters = await eventually(
      () => client.listDeadLetters("sly"),
      ({ length }) => length > 0,
    );
    expect(letters).toMatchObject([{ deadLetterReason: "RecursiveInvocation" }]);
    expect(await kept("sly")).toHaveLength(16);
  });

  test("of a function that is its own destination ends, and what stopped it is counted", async () => {
    await deploy("circle", THROWER, { ...NO_RETRIES, onFailure: arn("circle") });
    await send("circle", {});
    const client = await stack.client();
    const letters = await eventually(
      () => client.listDeadLetters("circle"),
      ({ length }) => length > 0,
    );
    expect(letters).toMatchObject([{ deadLetterReason: "RecursiveInvocation" }]);
    expect(await kept("circle")).toHaveLength(16);
    const series = /^faas_recursive_invocations_dropped_total\{tenant="default",function="circle",lane="queued"\} 2$/m;
    await eventually(
      async () => (await fetch(stack.metrics?.address ?? "")).text(),
      (text) => series.test(text),
    );
  });

  test("that is meant to be one is let go on", async () => {
    const CODE = `
const { kv } = require("sluice");
exports.handler = async ({ queryStringParameters }) => {
  const left = Number(queryStringParameters.left);
  if (left === 0) return { statusCode: 200, body: "done" };
  const response = await fetch(process.env.SELF + "?left=" + (left - 1));
  return { statusCode: 200, body: await response.text() };
};`;
    const environment = { SELF: `${stack.endpoint}/fn/meant` };
    const settings = { recursiveLoop: "Allow" } as const;
    await deploy("meant", CODE, {}, { ...private_(), environment, settings, triggers: [{ http: {} }] });
    expect(await (await fetch(`${environment.SELF}?left=18`)).text()).toBe("done");
  });
});
