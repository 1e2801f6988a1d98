import { type PolicyStatement, presetPolicy } from "@sluice/core";
import { accessKey } from "../auth/sigv4/testing/signed-request.ts";
import { COMPONENTS } from "./components.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { code, put, send } from "./testing/http.ts";

let api: ApiServer;
beforeEach(async () => {
  api = await startApiServer();
  await put(api, "thumbs", { options: {}, code: code() });
  await put(api, "web", { options: {}, code: code() });
});
afterEach(() => api.stop());

const OPERATIONS = [
  ["GET", "/functions"],
  ["GET", "/functions/thumbs"],
  ["GET", "/functions/thumbs/versions"],
  ["PUT", "/functions/thumbs"],
  ["POST", "/functions/thumbs/invocations"],
  ["GET", "/functions/thumbs/invocations/none"],
  ["GET", "/functions/thumbs/queue"],
  ["GET", "/functions/thumbs/dead-letters"],
  ["POST", "/functions/thumbs/dead-letters/redrive"],
  ["GET", "/functions/thumbs/logs"],
  ["GET", "/workers"],
  ["GET", "/keys"],
  ["POST", "/keys"],
  ["DELETE", "/keys/AKNONE"],
  ["GET", "/tenants"],
  ["POST", "/tenants"],
  ["GET", "/functions/web"],
  ["POST", "/functions/web/invocations"],
] as const;

async function tokenWith(policies: readonly PolicyStatement[], tenant = "default"): Promise<string> {
  await api.stores.keys.putKey(accessKey({ accessKeyId: "AKTEST", tenant, policies }), "secret");
  // A key is looked up anew after five seconds.
  api.clock += 5_001;
  return "AKTEST.secret";
}

async function forbidden(token: string): Promise<string[]> {
  const found: string[] = [];
  for (const [method, path] of OPERATIONS) {
    const { status } = await send(api, method, path, { token, ...(method === "GET" ? {} : { body: "[" }) });
    if (status === 403) found.push(`${method} ${path}`);
  }
  return found;
}

const on = (name: string): string[] =>
  OPERATIONS.map((pair) => pair.join(" ")).filter((text) => text.includes(`/functions/${name}`));
const ACCOUNTS = ["GET /keys", "POST /keys", "DELETE /keys/AKNONE", "GET /tenants", "POST /tenants"];
const INVOKED = ["POST /functions/thumbs/invocations", "GET /functions/thumbs/invocations/none"];

test("a preset lets through what it names and refuses the rest before it reads a body", async () => {
  expect(await forbidden(await tokenWith(presetPolicy("admin")))).toEqual([]);
  expect(await forbidden(await tokenWith(presetPolicy("deploy")))).toEqual(ACCOUNTS);
  const writes = OPERATIONS.filter(([method, path]) => method !== "GET" && path.startsWith("/functions"));
  expect((await forbidden(await tokenWith(presetPolicy("read")))).sort()).toEqual(
    [...writes.map((pair) => pair.join(" ")), ...ACCOUNTS].sort(),
  );
});

test("a key limited to functions reaches these and sees no list", async () => {
  const refusals = await forbidden(await tokenWith(presetPolicy("invoke", ["thumb*"])));
  const rest = [
    ...on("thumbs").filter((text) => !INVOKED.includes(text)),
    ...on("web"),
    "GET /functions",
    "GET /workers",
  ];
  expect(refusals.sort()).toEqual([...rest, ...ACCOUNTS].sort());
});

test("a refusal names the action and the resource, and a key without policies may do nothing", async () => {
  const { status, body } = await send(api, "GET", "/functions/web", { token: await tokenWith([]) });
  const { error } = COMPONENTS.ErrorBody.parse(body);
  const resource = "arn:aws:lambda:us-east-1:000000000000:function:web";
  expect([status, error.code, error.details]).toEqual([
    403,
    "Auth.Forbidden",
    { action: "lambda:GetFunction", resource },
  ]);
  expect(await forbidden(await tokenWith([]))).toHaveLength(OPERATIONS.length);
});

test("a version is a resource of its own", async () => {
  const resources = ["arn:aws:lambda:*:*:function:web:1"];
  const token = await tokenWith([{ effect: "Allow", actions: ["lambda:InvokeFunction"], resources }]);
  const call = (query: string) => send(api, "POST", `/functions/web/invocations${query}`, { token, body: "{}" });
  expect((await call("?qualifier=1")).status).toBe(200);
  expect((await call("")).status).toBe(403);
});

test("what belongs to another tenant does not exist, whatever the key may do", async () => {
  const token = api.otherToken;
  for (const [method, path] of OPERATIONS) {
    if (!path.startsWith("/functions/") || method === "PUT") continue;
    const there = await send(api, method, path, { token, ...(method === "GET" ? {} : { body: "{}" }) });
    const nowhere = await send(api, method, path.replace(/thumbs|web/, "nope"), {
      token,
      ...(method === "GET" ? {} : { body: "{}" }),
    });
    expect([path, there.status, there.text.replaceAll(/thumbs|web/g, "nope")]).toEqual([path, 404, nowhere.text]);
  }
  expect((await send(api, "DELETE", "/keys/AKDEFAULT", { token })).status).toBe(404);
  expect((await send(api, "GET", "/keys", { token })).text).not.toContain("AKDEFAULT");
});
