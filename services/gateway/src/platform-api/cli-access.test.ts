import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { type CliRun, runAgainst } from "./testing/cli.ts";

let api: ApiServer;
let cwd: string;
beforeEach(async () => {
  api = await startApiServer();
  cwd = mkdtempSync(join(tmpdir(), "sluice-keys-"));
});
afterEach(async () => {
  await api.stop();
  rmSync(cwd, { recursive: true, force: true });
});

const sluice = (...args: string[]): Promise<CliRun> => runAgainst(api, args, { cwd });

function tokenOf({ stdout }: CliRun): string {
  const [, id = "", secret = ""] = /key_id = (\S+)\n.*access_key = (\S+)\n$/.exec(stdout) ?? [];
  return `${id}.${secret}`;
}

const as = (token: string): ApiServer => ({ ...api, token });

test("a created key is printed as a section of a credentials file, and is listed with what it may do", async () => {
  const made = await sluice(
    "keys",
    "create",
    "ci",
    "--policy",
    "invoke",
    "--functions",
    "thumb*",
    "web",
    "--expires-in-days",
    "30",
  );
  expect(made.exitCode).toBe(0);
  expect(made.stdout).toMatch(/^\[ci\]\naws_access_key_id = AKIA\w{16}\naws_secret_access_key = [\w-]{40}\n$/);
  writeFileSync(join(cwd, "s.json"), '[{"effect":"Deny","actions":["*"],"resources":["*"]}]');
  expect((await sluice("keys", "create", "none", "--statements", "s.json")).exitCode).toBe(0);
  const { stdout } = await sluice("keys", "list");
  const rows = stdout.split("\n").map((line) => line.split(/ {2,}/).slice(1).join(" | "));
  expect(rows).toEqual([
    "NAME | MAY | CREATED (UTC) | EXPIRES (UTC)",
    "first key | admin | 1970-01-01 00:00:00 | never",
    expect.stringMatching(/^(ci|none) \| /),
    expect.stringMatching(/^(ci|none) \| /),
    "",
    "",
  ]);
  expect(rows).toContain("ci | invoke: thumb*, web | 2026-11-24 12:00:00 | 2026-12-24 12:00:00");
  expect(rows).toContain("none | 1 statement | 2026-11-24 12:00:00 | never");
  expect(stdout).toContain("3 keys");
});

test("the key that was made is the key that works", async () => {
  const token = tokenOf(await sluice("keys", "create", "reader", "--policy", "read"));
  expect((await runAgainst(as(token), ["list"], {})).exitCode).toBe(0);
  const refused = await runAgainst(as(token), ["keys", "list"], {});
  expect([refused.exitCode, refused.stderr]).toEqual([
    1,
    expect.stringContaining("not authorized to perform: iam:ListAccessKeys"),
  ]);
  const [id = ""] = token.split(".");
  expect((await sluice("keys", "delete", id)).exitCode).toBe(2);
  expect(await sluice("keys", "delete", id, "--yes")).toMatchObject({ exitCode: 0, stdout: `${id}  deleted\n` });
  const last = await sluice("keys", "delete", "AKDEFAULT", "--yes");
  expect([last.exitCode, last.stderr]).toEqual([1, expect.stringContaining("--policy admin")]);
});

test("JSON is printed where it is asked for", async () => {
  const { stdout } = await sluice("keys", "create", "ci", "--policy", "deploy", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ name: "ci", secret: expect.any(String), expiresAt: null });
  expect(JSON.parse((await sluice("keys", "list", "--json")).stdout)).toMatchObject({
    keys: [{ id: "AKDEFAULT" }, { name: "ci" }],
  });
  expect(JSON.parse((await sluice("tenants", "create", "acme", "--json")).stdout)).toMatchObject({
    tenant: { name: "acme" },
  });
  expect(JSON.parse((await sluice("tenants", "list", "--json")).stdout)).toMatchObject({
    tenants: [{ name: "acme" }, { name: "default" }, { name: "other" }],
  });
});

test("a tenant is made with its key, and its key makes no tenants", async () => {
  const token = tokenOf(await sluice("tenants", "create", "acme"));
  expect((await runAgainst(as(token), ["list"], {})).exitCode).toBe(0);
  const refused = await runAgainst(as(token), ["tenants", "create", "more"], {});
  expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
  expect((await sluice("tenants", "list")).stdout).toContain("acme     none\n");
});
