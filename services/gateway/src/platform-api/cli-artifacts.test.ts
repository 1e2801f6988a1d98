import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliHost } from "@sluice/cli";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { type CliRun, runAgainst } from "./testing/cli.ts";

let api: ApiServer;
let cwd: string;
beforeEach(async () => {
  api = await startApiServer();
  cwd = mkdtempSync(join(tmpdir(), "sluice-artifacts-"));
});
afterEach(async () => {
  await api.stop();
  rmSync(cwd, { recursive: true, force: true });
});

const sluice = (args: readonly string[], host: Partial<CliHost> = {}): Promise<CliRun> =>
  runAgainst(api, args, { cwd, ...host });

function writeProject(): void {
  writeFileSync(join(cwd, "sluice.yaml"), "functions:\n  hello: { entry: ./hello.ts }\n");
  writeFileSync(join(cwd, "hello.ts"), "export const handler = async (event: unknown) => event;\n");
}

test("get shows the names of environment variables, and their values only when asked", async () => {
  writeProject();
  writeFileSync(
    join(cwd, "sluice.yaml"),
    "functions:\n  app:\n    entry: ./hello.ts\n    environment: { TOKEN: s3cret }\n",
  );
  await sluice(["deploy"]);
  for (const args of [
    ["get", "app"],
    ["get", "app", "--json"],
  ]) {
    const masked = (await sluice(args)).stdout;
    expect(masked).toContain("TOKEN");
    expect(masked).not.toContain("s3cret");
    expect((await sluice([...args, "--show-values"])).stdout).toContain("s3cret");
  }
});

test("a source map goes with the code once, and lines that moved are another version", async () => {
  writeProject();
  const bodies: { sourceMap?: string; sourceMapDigest?: string; code?: string }[] = [];
  const deploy = () =>
    sluice(["deploy", "--json"], {
      fetch: (url, init) => {
        const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
        if (!new Request(url).url.includes("dryRun")) bodies.push(body);
        return fetch(url, init);
      },
    });
  await deploy();
  const map = JSON.parse(Buffer.from(bodies[0]?.sourceMap ?? "", "base64").toString());
  expect(map).toMatchObject({ version: 3, sources: ["hello.ts"] });
  expect(map.sourcesContent).toBeUndefined();
  bodies.length = 0;
  await deploy();
  expect(bodies[0]).toMatchObject({ sourceMapDigest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(bodies[0]?.sourceMap).toBeUndefined();
  writeFileSync(join(cwd, "hello.ts"), "// A new line.\nexport const handler = async (event: unknown) => event;\n");
  bodies.length = 0;
  expect(JSON.parse((await deploy()).stdout).functions[0]).toMatchObject({ version: "2", changes: ["sourceMap"] });
  expect(bodies[0]?.code).toBeUndefined();
  expect(bodies[0]?.sourceMap).toBeDefined();
});

test("a WASI program is deployed as it is, and what is none is told before anything is sent", async () => {
  const manifest = "functions:\n  app: { entry: ./app.wasm, runtime: wasi }\n";
  writeFileSync(join(cwd, "sluice.yaml"), manifest);
  const program = Buffer.from("0061736d01000000", "hex");
  writeFileSync(join(cwd, "app.wasm"), program);
  expect((await sluice(["deploy"])).exitCode).toBe(0);
  const { latest } = (await api.stores.registry.getFunction({ tenant: "default", name: "app" })) ?? {};
  expect(Buffer.from((await api.stores.artifacts.get(latest?.codeDigest ?? "")) ?? []).equals(program)).toBe(true);
  for (const [bytes, message] of [
    ["0061736d0d000100", "is a WebAssembly component"],
    ["636f6465", "is not a WebAssembly file"],
  ] as const) {
    writeFileSync(join(cwd, "app.wasm"), Buffer.from(bytes, "hex"));
    const { exitCode, stderr } = await sluice(["deploy"]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`functions.app.entry  ${message}`)]);
  }
});
