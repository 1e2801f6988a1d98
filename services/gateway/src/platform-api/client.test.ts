import { createHash } from "node:crypto";
import { createClient, SluiceApiError, SluiceConnectionError, type SluiceClient } from "@sluice/client";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";

let api: ApiServer;
let client: SluiceClient;
beforeEach(async () => {
  api = await startApiServer();
  client = createClient({ endpoint: `${api.endpoint}/`, token: api.token });
});
afterEach(() => api.stop());

const code = Buffer.from("exports.handler = () => 1;");

test("the whole life of a function goes through the client", async () => {
  const deployment = { name: "hello", options: { triggers: [{ http: {} }] }, code: { code } };
  const codeDigest = createHash("sha256").update(code).digest("hex");
  expect(await client.planDeployment({ ...deployment, code: { codeDigest } })).toMatchObject({ action: "created" });
  expect(await client.deploy(deployment)).toEqual({ version: "1", published: true, triggersChanged: true });
  expect(await client.deploy({ ...deployment, code: { codeDigest } })).toMatchObject({ published: false });
  expect(await client.getFunction("hello")).toMatchObject({ name: "hello", codeDigest, config: { memoryMb: 128 } });
  expect((await client.listFunctions({ limit: 1 })).functions.map((fn) => fn.name)).toEqual(["hello"]);
  expect(await client.listVersions("hello")).toHaveLength(1);

  expect(await client.invoke({ name: "hello", event: "[1]", logs: true })).toMatchObject({ ok: true, result: [1] });
  const id = await client.invokeAsync({ name: "hello" });
  expect(await client.getInvocation("hello", id)).toMatchObject({ id, state: "queued" });
  expect(await client.getQueue("hello")).toMatchObject({ waiting: 1 });
  expect(await client.listDeadLetters("hello")).toEqual([]);
  expect(await client.redriveDeadLetters("hello")).toBe(0);
  expect(await client.readLogs("hello")).toEqual({ entries: [], cursor: null });
  expect(await client.listWorkers()).toEqual([]);
  expect(await client.getManifestSchema()).toHaveProperty("properties.functions");
  expect(await client.getOpenApi()).toMatchObject({ openapi: "3.1.0" });

  await client.deleteFunction("hello");
  expect((await client.listFunctions()).functions).toEqual([]);
});

test("a refusal carries status, code, message and what to do", async () => {
  const refusal = await client.getFunction("nope").catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(SluiceApiError);
  expect(refusal).toMatchObject({
    status: 404,
    code: "Function.NotFound",
    message: "No function has the name 'nope'.",
    retryable: false,
  });
  expect((refusal as SluiceApiError).fix).not.toBe("");
});

test("a name that is no path stays a name", async () => {
  await expect(client.getFunction("../workers")).rejects.toMatchObject({ status: 400, code: "Request.Malformed" });
});

test("no answer is an error of its own, with the network's reason", async () => {
  await api.stop();
  const error = await client.listFunctions().catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(SluiceConnectionError);
  expect(error).toMatchObject({ endpoint: api.endpoint, reason: "ECONNREFUSED" });
});

test("an aborted request ends with the abort, not as a lost connection", async () => {
  await expect(client.listFunctions({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
});
