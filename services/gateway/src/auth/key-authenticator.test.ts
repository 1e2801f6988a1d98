import { createMemoryStores } from "@sluice/store";
import { KeyAuthenticator } from "./key-authenticator.ts";
import { accessKey } from "./sigv4/testing/signed-request.ts";

const KEY = accessKey({ accessKeyId: "AK1" });

async function setUp() {
  const clock = { at: 1_000 };
  const now = (): number => clock.at;
  const { keys } = createMemoryStores({ now });
  await keys.putKey(KEY, "se.cret/+=");
  const lookUps: string[] = [];
  const counted = {
    ...keys,
    verifyKey: (id: string, secret: string) => {
      lookUps.push(id);
      return keys.verifyKey(id, secret);
    },
  };
  return { clock, keys, lookUps, authenticator: new KeyAuthenticator({ keys: counted, now }) };
}

test("a valid key answers its tenant, whatever the secret's characters and the scheme's case", async () => {
  const { authenticator } = await setUp();
  for (const header of ["Bearer AK1.se.cret/+=", "bearer   AK1.se.cret/+= "]) {
    expect(await authenticator.authenticate(header)).toMatchObject({ ok: true, key: { tenant: "default" } });
  }
});

test.each([
  ["nothing", undefined, "Auth.Missing"],
  ["an empty header", " ", "Auth.Missing"],
  ["another scheme", "Basic AK1:se.cret/+=", "Auth.Invalid"],
  ["a token without a dot", "Bearer AK1", "Auth.Invalid"],
  ["an empty secret", "Bearer AK1.", "Auth.Invalid"],
  ["an empty id", "Bearer .secret", "Auth.Invalid"],
  ["a wrong secret", "Bearer AK1.wrong", "Auth.Invalid"],
  ["an unknown id", "Bearer AK2.se.cret/+=", "Auth.Invalid"],
  ["two tokens", "Bearer AK1.se.cret/+= x", "Auth.Invalid"],
  ["an endless token", `Bearer AK1.${"x".repeat(100_000)}`, "Auth.Invalid"],
])("%s is refused", async (_what, header, code) => {
  const { authenticator } = await setUp();
  expect(await authenticator.authenticate(header)).toMatchObject({ ok: false, error: { code } });
});

test("a verified key is looked up once in five seconds, a wrong secret every time", async () => {
  const { authenticator, clock, lookUps } = await setUp();
  await authenticator.authenticate("Bearer AK1.se.cret/+=");
  await authenticator.authenticate("Bearer AK1.se.cret/+=");
  expect(lookUps).toHaveLength(1);
  expect(await authenticator.authenticate("Bearer AK1.wrong")).toMatchObject({ ok: false });
  expect(await authenticator.authenticate("Bearer AK1.wrong")).toMatchObject({ ok: false });
  expect(lookUps).toHaveLength(3);
  clock.at += 5_001;
  await authenticator.authenticate("Bearer AK1.se.cret/+=");
  expect(lookUps).toHaveLength(4);
});

test("a changed secret works at once, and the old one ends within five seconds", async () => {
  const { authenticator, clock, keys } = await setUp();
  await authenticator.authenticate("Bearer AK1.se.cret/+=");
  await keys.putKey(KEY, "second");
  expect(await authenticator.authenticate("Bearer AK1.second")).toMatchObject({ ok: true });
  clock.at += 5_001;
  expect(await authenticator.authenticate("Bearer AK1.se.cret/+=")).toMatchObject({ ok: false });
});

test("a key that expired or was disabled says so to who has its secret, and is an unknown one to everybody else", async () => {
  const { authenticator, clock, keys } = await setUp();
  await keys.putKey({ ...KEY, expiresAt: 2_000 }, "secret");
  await keys.putKey({ ...KEY, accessKeyId: "AK2", disabled: true }, "secret");
  const messageOf = async (token: string): Promise<string | undefined> => {
    const result = await authenticator.authenticate(`Bearer ${token}`);
    return result.ok ? undefined : result.error.message;
  };
  expect(await messageOf("AK1.secret")).toBeUndefined();
  clock.at = 2_000;
  expect(await messageOf("AK1.secret")).toBe("The key AK1 has expired.");
  expect(await messageOf("AK2.secret")).toBe("The key AK2 is disabled.");
  expect(await messageOf("AK1.wrong")).toBe("No key has this id and secret.");
});
