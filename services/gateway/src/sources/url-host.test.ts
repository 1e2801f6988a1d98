import { PlatformError, type Trigger } from "@sluice/core";
import { urlIdOf } from "@sluice/store";
import { startUrlServer, type UrlServer } from "./testing/url-server.ts";
import { urlIdOfHost } from "./url-host.ts";

const ID = urlIdOf("default", "f");

let server: UrlServer;
beforeAll(async () => {
  server = await startUrlServer();
  await server.deploy("f", [http("f")]);
});
afterAll(() => server.stop());
beforeEach(() => {
  server.calls.length = 0;
  server.answer = (event) => event;
});

function http(name: string): Trigger {
  return { type: "http", name, auth: { type: "none" } };
}

const hostOf = (id: string): string => `${id}.lambda-url.us-east-1.example.com`;

test("a URL called by its host owns every path", async () => {
  const headers = { host: `${hostOf(ID).toUpperCase()}:8443` };
  for (const path of ["/fn/other/x", "/api/v1/functions", "/healthz", "/2015-03-31/functions/", "/a%20b//c?x=1"]) {
    const answer = await server.send({ path, headers });
    expect([answer.status, JSON.parse(answer.text).rawPath]).toEqual([200, path.split("?")[0]]);
  }
  expect(server.calls[0]?.[0]).toMatchObject({ tenant: "default", function: "f", qualifier: "$LATEST", trigger: "f" });
});

test("the event names the host and its id", async () => {
  const { text, headers } = await server.send({ path: "/", headers: { host: hostOf(ID) } });
  const event = JSON.parse(text);
  expect(event.requestContext).toMatchObject({ apiId: ID, domainPrefix: ID, domainName: hostOf(ID) });
  expect(event.headers["x-amzn-trace-id"]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(headers["x-amzn-trace-id"]).toBe(event.headers["x-amzn-trace-id"]);
});

test("a trace that the caller began goes on", async () => {
  const trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
  const { headers } = await server.send({ path: "/", headers: { host: hostOf(ID), "x-amzn-trace-id": trace } });
  expect(headers["x-amzn-trace-id"]).toBe(trace);
});

test("an id that nobody has is forbidden, as on Lambda, and found once it is there", async () => {
  const host = hostOf(urlIdOf("other", "late"));
  const before = await server.send({ path: "/", headers: { host } });
  expect([before.status, before.text]).toEqual([403, '{"Message":null}']);
  await server.deploy("late", [http("late")], "other");
  expect((await server.send({ path: "/", headers: { host } })).status).toBe(200);
  expect(server.calls[0]?.[0]).toMatchObject({ tenant: "other", function: "late" });
});

test("a function that is busy answers 429", async () => {
  server.answer = () => ({ kind: "refused", error: new PlatformError("Capacity.FunctionLimit") });
  expect((await server.send({ path: "/", headers: { host: hostOf(ID) } })).status).toBe(429);
});

test("ids are of 32 lower-case letters and digits, and differ by tenant and alias", () => {
  const ids = [urlIdOf("a", "f"), urlIdOf("b", "f"), urlIdOf("a", "f:live")];
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{32}$/);
});

test.each([
  [undefined],
  ["127.0.0.1:8080"],
  [`${ID}.example.com`],
  [`x${ID}.lambda-url.us-east-1.example.com`],
  [`${ID.slice(1)}-.lambda-url.us-east-1.example.com`],
  [`${ID}.lambda-url.us-east-1.example.com/x`],
  [`${ID}.lambda-url.`],
  [`${ID}.lambda-url.${"a".repeat(300)}`],
])("the host %p is no function URL's", (host) => {
  expect(urlIdOfHost(host)).toBeUndefined();
});
