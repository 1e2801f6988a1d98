import { ADMIN_POLICY, LIMITS, presetPolicy } from "@sluice/core";
import { COMPONENTS } from "./components.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { send } from "./testing/http.ts";

let api: ApiServer;
beforeEach(async () => {
  api = await startApiServer();
});
afterEach(() => api.stop());

async function create(body: unknown, token = api.token) {
  const answer = await send(api, "POST", "/keys", { token, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(answer.text);
  return COMPONENTS.CreatedKey.parse(answer.body);
}

const list = async () => COMPONENTS.KeyList.parse((await send(api, "GET", "/keys")).body).keys;

test("a new key works at once, shows its secret once, and can sign", async () => {
  const created = await create({ name: "ci", policy: "invoke", functions: ["thumb*"], expiresInDays: 30 });
  expect(created).toMatchObject({ name: "ci", usable: true, policies: presetPolicy("invoke", ["thumb*"]) });
  expect(created.id).toMatch(/^AKIA[A-Z2-7]{16}$/);
  expect(created.expiresAt).toBe(api.clock + 30 * 86_400_000);
  const token = `${created.id}.${created.secret}`;
  expect((await send(api, "GET", "/functions", { token })).status).toBe(403);
  const { status, text } = await send(api, "GET", "/keys");
  expect([status, text.includes(created.id), text.includes(created.secret)]).toEqual([200, true, false]);
  expect(await api.stores.keys.getKey(created.id)).toMatchObject({ secret: created.secret });
  api.clock += 31 * 86_400_000;
  expect((await send(api, "GET", "/functions", { token })).status).toBe(401);
  expect((await list()).find(({ id }) => id === created.id)?.usable).toBe(false);
});

test("statements are kept as they were given", async () => {
  const statements = [
    { effect: "Allow", actions: ["lambda:*"], resources: ["*"] },
    { effect: "Deny", actions: ["lambda:Delete*"], resources: ["*"] },
  ];
  const { id, secret } = await create({ name: "careful", statements });
  expect((await send(api, "GET", "/functions", { token: `${id}.${secret}` })).status).toBe(200);
  const refused = await send(api, "DELETE", "/functions/x", { token: `${id}.${secret}` });
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("explicit deny")]);
});

const ALL = { effect: "Allow", actions: ["*"], resources: ["*"] };
test.each([
  [{}],
  [{ name: "a" }],
  [{ name: "", policy: "read" }],
  [{ name: "a b", policy: "read" }],
  [{ name: "a", policy: "root" }],
  [{ name: "a", policy: "__proto__" }],
  [{ name: "a", policy: "read", statements: [ALL] }],
  [{ name: "a", statements: [] }],
  [{ name: "a", statements: [ALL], functions: ["x"] }],
  [{ name: "a", statements: [{ ...ALL, effect: "allow" }] }],
  [{ name: "a", statements: [{ ...ALL, conditions: {} }] }],
  [{ name: "a", statements: [{ ...ALL, actions: [] }] }],
  [{ name: "a", statements: [{ ...ALL, actions: ["x".repeat(257)] }] }],
  [{ name: "a", statements: Array.from({ length: 21 }, () => ALL) }],
  [{ name: "a", policy: "read", functions: [] }],
  [{ name: "a", policy: "read", functions: ["a:*"] }],
  [{ name: "a", policy: "read", expiresInDays: 0 }],
  [{ name: "a", policy: "read", expiresInDays: 1.5 }],
  [{ name: "a", policy: "read", tenant: "other" }],
  [{ name: "a", policy: "read", role: "admin" }],
  [{ name: "a", policy: "read", accessKeyId: "AKMINE", disabled: false }],
])("a key of %j is not made", async (body) => {
  const { status, body: answer } = await send(api, "POST", "/keys", { body: JSON.stringify(body) });
  expect([status, answer]).toMatchObject([400, { error: { code: "Request.Malformed" } }]);
  expect(await list()).toHaveLength(1);
});

test("a deleted key is gone, and the last one that may do everything stays", async () => {
  const { id } = await create({ name: "ci", policy: "deploy" });
  const remove = async (key: string) => (await send(api, "DELETE", `/keys/${key}`)).status;
  expect([await remove("AKDEFAULT"), await remove(id), await remove(id), await remove("a.b")]).toEqual([
    409, 204, 404, 400,
  ]);
  const next = await create({ name: "next", policy: "admin" });
  expect(await remove("AKDEFAULT")).toBe(204);
  api.clock += 5_001;
  expect((await send(api, "GET", "/keys")).status).toBe(401);
  expect((await send(api, "GET", "/keys", { token: `${next.id}.${next.secret}` })).status).toBe(200);
});

test("there is an end to the number of keys", async () => {
  for (let made = 1; made < LIMITS.keysPerTenant; made += 1) await create({ name: "k", policy: "read" });
  const { status, body } = await send(api, "POST", "/keys", { body: '{"name":"k","policy":"read"}' });
  expect([status, body]).toMatchObject([409, { error: { code: "Key.LimitReached" } }]);
});

test("a tenant comes with a key to it, which reaches nothing of the first tenant's", async () => {
  const { status, body } = await send(api, "POST", "/tenants", { body: '{"name":"acme"}' });
  const { tenant, key } = COMPONENTS.CreatedTenant.parse(body);
  expect([status, tenant, key.policies]).toEqual([201, { name: "acme", privateEgress: [] }, ADMIN_POLICY]);
  const token = `${key.id}.${key.secret}`;
  const { keys } = COMPONENTS.KeyList.parse((await send(api, "GET", "/keys", { token })).body);
  expect(keys.map(({ id }) => id)).toEqual([key.id]);
  const listed = COMPONENTS.TenantList.parse((await send(api, "GET", "/tenants")).body);
  expect(listed.tenants.map(({ name }) => name)).toEqual(["acme", "default", "other"]);
  for (const method of ["GET", "POST"]) {
    const refused = await send(api, method, "/tenants", {
      token,
      ...(method === "GET" ? {} : { body: '{"name":"x"}' }),
    });
    expect([refused.status, refused.body]).toMatchObject([403, { error: { code: "Auth.Forbidden" } }]);
  }
});

test("a tenant's name is its own, and one whose creation failed halfway is finished by repeating it", async () => {
  const post = async (name: string) => (await send(api, "POST", "/tenants", { body: JSON.stringify({ name }) })).status;
  expect([await post("acme"), await post("acme"), await post("default")]).toEqual([201, 409, 409]);
  expect([await post("A"), await post("a b"), await post(""), await post("-a"), await post("a.b")]).toEqual(
    Array.from({ length: 5 }, () => 400),
  );
  await api.stores.keys.createTenant({ name: "half", privateEgress: [] });
  expect([await post("half"), await post("half")]).toEqual([201, 409]);
});
