import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN_POLICY, DEFAULT_TENANT, type KeyStore, presetPolicy } from "@sluice/core";
import { createMemoryStores } from "@sluice/store";
import { bootstrap } from "./bootstrap.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sluice-bootstrap-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const now = (): number => 1_000;
const freshKeys = (): KeyStore => createMemoryStores({ now }).keys;
const start = (keys: KeyStore) => bootstrap({ keys, dataDir, now });

function written(): { readonly id: string; readonly secret: string } {
  const text = readFileSync(join(dataDir, "credentials"), "utf8");
  const [, id = "", secret = ""] = /key_id = (\S+)\n.*access_key = (\S+)/.exec(text) ?? [];
  return { id, secret };
}

test("the first start makes a key that may do everything and can sign, for its owner's eyes", async () => {
  const keys = freshKeys();
  expect(await start(keys)).toMatchObject({ kind: "created", tampered: [] });
  const { id, secret } = written();
  expect(await keys.getKey(id)).toMatchObject({ secret, key: { tenant: DEFAULT_TENANT, policies: ADMIN_POLICY } });
  expect(statSync(join(dataDir, "credentials")).mode & 0o777).toBe(0o600);
  expect(await start(keys)).toMatchObject({ kind: "known" });
});

test("a Redis that lost everything gets the key of the file again", async () => {
  await start(freshKeys());
  const keys = freshKeys();
  expect(await start(keys)).toMatchObject({ kind: "known" });
  expect((await keys.getKey(written().id))?.secret).toBe(written().secret);
});

test("a deleted first key does not come back, and neither does what it could do before", async () => {
  const keys = freshKeys();
  await start(keys);
  const { id, secret } = written();
  const first = await keys.verifyKey(id, secret);
  if (first === undefined) throw new Error("There is no first key.");
  await keys.putKey({ ...first, accessKeyId: "AKNEXT" }, "next");
  await keys.putKey({ ...first, policies: presetPolicy("read") }, secret);
  expect(await start(keys)).toMatchObject({ kind: "known" });
  expect((await keys.verifyKey(id, secret))?.policies).toEqual(presetPolicy("read"));
  await keys.deleteKey(DEFAULT_TENANT, id);
  expect(await start(keys)).toMatchObject({ kind: "revoked" });
  expect(await keys.getKey(id)).toBeUndefined();
});

test("with keys but without the file, another machine was first", async () => {
  const keys = freshKeys();
  await start(keys);
  rmSync(join(dataDir, "credentials"));
  expect(await start(keys)).toMatchObject({ kind: "elsewhere" });
});

test("a gateway with another master key says so and does not start", async () => {
  const keys = freshKeys();
  await start(keys);
  const { keys: strange } = createMemoryStores({ now, masterKeys: [randomBytes(32)] });
  const missing = { renewSeals: async () => ({ renewed: 0, missing: ["0123456789ab"], tampered: [] }) };
  await expect(start(Object.assign(strange, missing))).rejects.toThrow(/master key.*0123456789ab.*SLUICE_MASTER_KEY/s);
});
