import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runFake } from "./testing/fake-host.ts";
import { createTempFolder, type TempFolder } from "@sluice/bundle/testing";

let folder: TempFolder;
beforeEach(() => {
  folder = createTempFolder();
});
afterEach(() => folder.remove());

test.each([
  ["no command", []],
  ["an unknown command", ["lst"]],
  ["an unknown option", ["list", "--colour"]],
  ["a missing argument", ["invoke"]],
  ["an event that is not JSON", ["invoke", "x", "--event", "{a:1}"]],
  ["an event named twice", ["invoke", "x", "-", "--event", "1"]],
  ["a stray argument", ["invoke", "x", "{}"]],
  ["a limit that is no number", ["logs", "x", "--limit", "many"]],
  ["a key that may do nothing said", ["keys", "create", "ci"]],
  ["a policy that there is not", ["keys", "create", "ci", "--policy", "root"]],
  ["statements that are limited", ["keys", "create", "ci", "--statements", "s.json", "--functions", "a"]],
  ["statements that are nowhere", ["keys", "create", "ci", "--statements", "no/such.json"]],
  ["an expiry that is no number", ["keys", "create", "ci", "--policy", "read", "--expires-in-days", "soon"]],
  ["an address that is none", ["list", "--endpoint", "localhost:8080"]],
])("%s is used wrongly: exit code 2, words on standard error, nothing on standard output", async (_what, args) => {
  const { exitCode, stdout, stderr } = await runFake(args);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).not.toBe("");
});

test("help goes to standard output with exit code 0", async () => {
  const { exitCode, stdout } = await runFake(["--help"]);
  expect(exitCode).toBe(0);
  for (const word of ["deploy", "invoke", "dead-letters", "SLUICE_ENDPOINT", "Exit codes"])
    expect(stdout).toContain(word);
});

test("a gateway that does not answer says how to start it, and names the address", async () => {
  const { exitCode, stdout, stderr } = await runFake(["list", "--endpoint", "http://127.0.0.1:9999/"]);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "error  No gateway answers at http://127.0.0.1:9999 (ECONNREFUSED).\n" +
      "fix    Start the platform with 'npm start', or name its address with --endpoint or SLUICE_ENDPOINT.\n",
  );
  const json = await runFake(["list", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: "Gateway.Unreachable" } });
});

test("an answer that is not the gateway's is told apart", async () => {
  const fetch = async (): Promise<Response> => new Response("<html>nginx</html>", { status: 404 });
  const { exitCode, stderr } = await runFake(["list"], { fetch });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("not one that the Sluice gateway gives");
});

test("control characters of an answer never reach the terminal", async () => {
  const body = { error: { code: "X", message: "a\u001b[2Jb\u009b", fix: "", retryable: false } };
  const fetch = async (): Promise<Response> => new Response(JSON.stringify(body), { status: 400 });
  const { stderr } = await runFake(["list"], { fetch });
  expect(stderr).toBe("error  a�[2Jb�\n");
});

test("init writes a manifest and a handler that it then refuses to overwrite", async () => {
  const first = await runFake(["init", "app"], { cwd: folder.path });
  expect([first.exitCode, first.stdout]).toEqual([0, "written  app/sluice.yaml\nwritten  app/greet.ts\n"]);
  const before = readFileSync(join(folder.path, "app/sluice.yaml"), "utf8");
  expect(before).toContain("entry: ./greet.ts");
  const second = await runFake(["init", "app"], { cwd: folder.path });
  expect([second.exitCode, second.stdout]).toEqual([1, ""]);
  expect(second.stderr).toContain("is there already; nothing was written");
  expect(readFileSync(join(folder.path, "app/sluice.yaml"), "utf8")).toBe(before);
});

test("all faults of manifests and code are shown at once, and nothing is sent", async () => {
  folder.write({
    "one/sluice.yaml": "functions:\n  same:\n    entry: ./a.ts\n    memoryMb: 1\n",
    "one/a.ts": "export const handler = ;\n",
    "two/sluice.yaml": "functions:\n  same:\n    entry: ./b.ts\n  other:\n    entry: ./b.ts\n    handler: main\n",
    "two/b.ts": "export const handler = () => 1;\n",
  });
  const requests: unknown[] = [];
  const fetch = async (url: unknown): Promise<Response> => {
    requests.push(url);
    return new Response("{}");
  };
  const { exitCode, stdout, stderr } = await runFake(["deploy"], { cwd: folder.path, fetch });
  expect([exitCode, stdout, requests]).toEqual([1, "", []]);
  expect(stderr).toBe(
    [
      'one/a.ts:1:24  Unexpected ";"',
      "  1 | export const handler = ;",
      "    |                        ^",
      "",
      "one/sluice.yaml:4:15  functions.same.memoryMb  must be a whole number from 16 to 10240",
      "  4 |     memoryMb: 1",
      "    |               ^",
      "",
      "two/sluice.yaml:2:3  functions.same  is also the name of a function in one; rename one",
      "  2 |   same:",
      "    |   ^",
      "",
      "two/sluice.yaml:6:14  functions.other.handler  the entry has no export 'main' (it exports 'handler'); export it, or correct 'handler'",
      "  6 |     handler: main",
      "    |              ^",
      "",
      "error  4 faults found; nothing was deployed.",
      "fix    Correct what is shown above and deploy again.",
      "",
    ].join("\n"),
  );
});

test("faults are one JSON document with --json", async () => {
  folder.write({ "sluice.yaml": "functions:\n  a: { entry: ./nope.ts }\n" });
  const { exitCode, stdout } = await runFake(["deploy", "--json"], { cwd: folder.path });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    faults: [{ file: "sluice.yaml", line: 2, column: 15, path: "functions.a.entry" }],
  });
});

test.each([
  ["a missing path", { "x.txt": "" }, "nowhere", "There is no file or folder"],
  ["a folder without a manifest", { "x.txt": "" }, ".", "npx sluice init"],
  ["a misnamed manifest", { "sluice.yml": "" }, ".", "Rename sluice.yml to sluice.yaml"],
])("%s is told with what to do", async (_what, files, path, expected) => {
  folder.write(files);
  const { exitCode, stderr } = await runFake(["deploy", path], { cwd: folder.path });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(expected);
});
