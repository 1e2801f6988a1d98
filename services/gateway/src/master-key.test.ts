import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readMasterKeys } from "./master-key.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sluice-master-key-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const read = (setting?: string) => readMasterKeys({ setting, dataDir });

test("the first start makes a key that only its owner reads, and later starts find it", async () => {
  const [made] = await read();
  expect(made).toHaveLength(32);
  expect(statSync(join(dataDir, "master-key")).mode & 0o777).toBe(0o600);
  expect(await read()).toEqual([made]);
  expect(readFileSync(join(dataDir, "master-key"), "utf8").trim()).toBe(Buffer.from(made ?? []).toString("base64"));
});

test("gateways that start together have the same key, and leave nothing else behind", async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => read()));
  expect(new Set(all.map(([key]) => Buffer.from(key ?? []).toString("hex"))).size).toBe(1);
  expect(readdirSync(dataDir)).toEqual(["master-key"]);
});

test("a setting goes before the file and may name several keys", async () => {
  const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  expect(await read(keys.map((key) => key.toString("base64")).join(", "))).toEqual(keys);
  expect(readdirSync(dataDir)).toEqual([]);
});

test.each(["", "short", "A".repeat(42), `${"A".repeat(43)}=;`, "é".repeat(43)])(
  "a file that holds '%s' is refused and not replaced",
  async (text) => {
    writeFileSync(join(dataDir, "master-key"), text);
    await expect(read()).rejects.toThrow(/master-key holds no master key/);
    expect(readFileSync(join(dataDir, "master-key"), "utf8")).toBe(text);
  },
);
