import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliHost } from "@sluice/cli";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { type CliRun, runAgainst } from "./testing/cli.ts";

let api: ApiServer;
let cwd: string;
beforeEach(async () => {
  api = await startApiServer();
  cwd = mkdtempSync(join(tmpdir(), "sluice-deploy-"));
});
afterEach(async () => {
  await api.stop();
  rmSync(cwd, { recursive: true, force: true });
});

const sluice = (args: readonly string[], host: Partial<CliHost> = {}): Promise<CliRun> =>
  runAgainst(api, args, { cwd, ...host });

const MANIFEST = `functions:
  hello:
    entry: ./hello.ts
    triggers:
      - http: {}
      - webhook: { name: hook, auth: { bearer: 12345678x } }
      - object-storage: { bucket: photos, prefix: in/, suffix: .jpg }
      - cron: { schedule: "0 9 * * *", timezone: Europe/Zurich }
  plain:
    entry: ./hello.ts
`;

function writeProject(): void {
  writeFileSync(join(cwd, "sluice.yaml"), MANIFEST);
  writeFileSync(join(cwd, "hello.ts"), "export const handler = async (event: unknown) => event;\n");
}

test("deploy shows what became of each function, its triggers' addresses and their next runs", async () => {
  writeProject();
  const { exitCode, stdout } = await sluice(["deploy"]);
  expect(exitCode).toBe(0);
  const size = readSize(stdout);
  expect(stdout.replaceAll(api.endpoint, "http://gw").replace(/, \d+ ms\n$/, "\n")).toBe(
    [
      `  hello  created  version 1  ${size}`,
      "      http            http://gw/fn/hello",
      "      webhook         http://gw/hooks/hook  bearer auth",
      "      object-storage  http://gw/events/s3/hello  ObjectCreated:* in photos: in/*.jpg",
      "      cron            '0 9 * * *' Europe/Zurich, next 2026-11-25 09:00:00, 2026-11-26 09:00:00, 2026-11-27 09:00:00",
      `  plain  created  version 1  ${size}`,
      "2 functions, 2 changed",
      "",
    ].join("\n"),
  );
  expect((await sluice(["deploy"])).stdout).toContain("hello  unchanged  version 1");
});

function readSize(stdout: string): string {
  return /version 1 {2}(\S+ k?B)/.exec(stdout)?.[1] ?? "no size";
}

test("a dry run shows the change, deploying makes it, and the code is sent only when it changed", async () => {
  writeProject();
  await sluice(["deploy"]);
  writeFileSync(
    join(cwd, "sluice.yaml"),
    MANIFEST.replace("entry: ./hello.ts\n    triggers", "entry: ./hello.ts\n    memoryMb: 256\n    triggers"),
  );
  const dry = await sluice(["deploy", "--dry-run", "--json"]);
  expect(JSON.parse(dry.stdout)).toMatchObject({
    ok: true,
    dryRun: true,
    functions: [
      { name: "hello", action: "updated", previousVersion: "1", version: "2", changes: ["memoryMb"] },
      { name: "plain", action: "unchanged", version: "1" },
    ],
  });
  expect((await sluice(["get", "hello", "--json"])).stdout).toContain('"version": "1"');
  const bodies: string[] = [];
  const { exitCode, stdout } = await sluice(["deploy"], {
    fetch: (url, init) => {
      if (typeof init?.body === "string") bodies.push(init.body);
      return fetch(url, init);
    },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/hello {2}updated {4}version 1 → 2 .* memoryMb\n/);
  expect(bodies.filter((body) => body.includes('"code"'))).toEqual([]);
});

test("what the platform refuses is shown in the manifest, and nothing is deployed", async () => {
  writeProject();
  await sluice(["deploy"]);
  writeFileSync(
    join(cwd, "sluice.yaml"),
    "functions:\n  fresh:\n    entry: ./hello.ts\n  thief:\n    entry: ./hello.ts\n    triggers: [webhook: { name: hook }]\n",
  );
  const { exitCode, stdout, stderr } = await sluice(["deploy"]);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(
    "sluice.yaml:4:3  functions.thief  The webhook trigger 'hook' belongs to the function 'hello'.",
  );
  expect((await sluice(["get", "fresh"])).exitCode).toBe(1);
});

test("what init writes can be deployed", async () => {
  await sluice(["init", "app"]);
  expect(readFileSync(join(cwd, "app/sluice.yaml"), "utf8")).toContain(`${api.endpoint}/api/v1/manifest.schema.json`);
  const { exitCode, stdout } = await sluice(["deploy", "app"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("/fn/greet");
});

test("invoke prints logs, then the result, and takes the event from an option, a file or standard input", async () => {
  writeProject();
  await sluice(["deploy"]);
  api.answerCalls((event) => ({
    kind: "result",
    head: { version: "1", logs: ["START RequestId: x", "a\tb\tINFO\tfirst\rsecond"] },
    payload: Buffer.from(event),
  }));
  const { exitCode, stdout } = await sluice(["invoke", "hello", "--event", '{"a":1}']);
  expect([exitCode, stdout]).toEqual([0, 'START RequestId: x\na\tb\tINFO\tfirst\n    second\n{\n  "a": 1\n}\n']);
  writeFileSync(join(cwd, "event.json"), '{"from":"file"}');
  expect((await sluice(["invoke", "hello", "--event-file", "event.json"])).stdout).toContain('"from": "file"');
  expect((await sluice(["invoke", "hello", "-"])).stdout).toContain('"from": "stdin"');
  expect(JSON.parse((await sluice(["invoke", "hello", "--json", "--qualifier", "1"])).stdout)).toMatchObject({
    ok: true,
    result: {},
  });
});

test("a failing function exits 1 and prints type, message, explanation and trace", async () => {
  writeProject();
  await sluice(["deploy"]);
  const error = {
    errorType: "TypeError",
    errorMessage: "x is not a function",
    trace: ["TypeError: x is not a function", "    at handler (hello.js:3:1)"],
    explanation: "Line 3 calls it.",
  };
  api.answerCalls(() => ({ kind: "result", head: { version: "1", error }, payload: Buffer.alloc(0) }));
  const { exitCode, stdout } = await sluice(["invoke", "hello"]);
  expect([exitCode, stdout]).toEqual([
    1,
    "TypeError: x is not a function\nLine 3 calls it.\n  at handler (hello.js:3:1)\n",
  ]);
});

test("a queued invocation can be followed from id to state", async () => {
  writeProject();
  await sluice(["deploy"]);
  const queued = await sluice(["invoke", "hello", "--async"]);
  const id = queued.stdout.trim();
  const { exitCode, stdout } = await sluice(["status", "hello", id]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/state +queued\n/);
  expect((await sluice(["status", "hello", "nope"])).stderr).toContain("No queued invocation with the id 'nope'");
});

test("logs prints the last lines, and --follow goes on until interrupted, each line once", async () => {
  writeProject();
  await sluice(["deploy"]);
  const ref = { tenant: "default", name: "hello" };
  const log = (message: string) =>
    api.stores.logs.append([
      {
        ref,
        records: [
          {
            invocationId: "i",
            version: "1",
            startedAt: null,
            coldStart: false,
            report: null,
            error: null,
            lines: [{ at: api.clock, level: "INFO", message }],
          },
        ],
      },
    ]);
  for (const message of ["one", "two", "three"]) await log(message);
  expect((await sluice(["logs", "hello", "--limit", "2"])).stdout.match(/one|two|three/g)).toEqual(["two", "three"]);

  const interrupt = new AbortController();
  const polls: (() => unknown)[] = [() => log("four"), () => undefined, () => log("five"), () => interrupt.abort()];
  const followed = await sluice(["logs", "hello", "--follow", "--json"], {
    signal: interrupt.signal,
    sleep: async () => void (await polls.shift()?.()),
  });
  expect(followed.exitCode).toBe(0);
  const lines = followed.stdout
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { line: string }).line);
  expect(lines.map((line) => line.split("\t")[3])).toEqual(["one", "two", "three", "four", "five"]);
});

test("following survives a gateway that is away for a while", async () => {
  writeProject();
  await sluice(["deploy"]);
  const interrupt = new AbortController();
  let requests = 0;
  const { exitCode, stderr } = await sluice(["logs", "hello", "--follow"], {
    signal: interrupt.signal,
    sleep: async () => {
      if (requests > 4) interrupt.abort();
    },
    fetch: (url, init) => {
      requests += 1;
      if (requests === 2 || requests === 3) return Promise.reject(new TypeError("fetch failed"));
      return fetch(url, init);
    },
  });
  expect(exitCode).toBe(0);
  expect(stderr.match(/Trying again/g)).toHaveLength(1);
  expect(stderr).toContain("The gateway answers again.");
});

test("delete asks first, refuses where nobody can be asked, and does it with --yes", async () => {
  writeProject();
  await sluice(["deploy"]);
  expect((await sluice(["delete", "hello"])).exitCode).toBe(2);
  const declined = { isTty: true, readAll: async () => "", ask: async () => "no" };
  expect((await sluice(["delete", "hello"], { stdin: declined })).exitCode).toBe(1);
  expect((await sluice(["delete", "hello", "--yes"])).stdout).toBe("hello  deleted\n");
  expect((await sluice(["list", "--json"])).stdout).not.toContain('"hello"');
});

test("list, workers and dead-letters have something to say when there is nothing", async () => {
  expect((await sluice(["list"])).stdout).toContain("No functions yet");
  expect((await sluice(["workers"])).stdout).toContain("npm run worker");
  writeProject();
  await sluice(["deploy"]);
  expect((await sluice(["dead-letters", "hello"])).stdout).toBe("hello has no dead letters.\n");
  expect((await sluice(["dead-letters", "hello", "--redrive"])).stdout).toBe("0 invocations queued again\n");
  expect((await sluice(["list"])).stdout).toMatch(/^NAME +VERSION[^]*\nhello +1 +http, webhook, object-storage, cron/);
});

test("a wrong key says where the right one is", async () => {
  const env = { SLUICE_ENDPOINT: api.endpoint, SLUICE_ACCESS_KEY_ID: "AKDEFAULT", SLUICE_SECRET_ACCESS_KEY: "wrong" };
  const { exitCode, stderr } = await sluice(["list"], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error {2}No key has this id and secret\.\nfix {4}Check the key/);
});

test("colours are used on a terminal only, and not with NO_COLOR", async () => {
  writeProject();
  await sluice(["deploy"]);
  const run = async (env: Record<string, string>): Promise<string> => {
    let stdout = "";
    const [id = "", secret = ""] = api.token.split(".");
    const keys = { SLUICE_ENDPOINT: api.endpoint, SLUICE_ACCESS_KEY_ID: id, SLUICE_SECRET_ACCESS_KEY: secret };
    await sluice(["list"], { env: { ...keys, ...env }, stdout: { isTty: true, write: (text) => (stdout += text) } });
    return stdout;
  };
  expect(await run({})).toContain("\u001b[");
  expect(await run({ NO_COLOR: "1" })).not.toContain("\u001b[");
});
