import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleUpload, runtimeFault, stopBundler } from "@sluice/bundle";
import { zipOf } from "@sluice/bundle/testing";
import { ROOT } from "../source-tree.ts";
import { type Files, UploadTrial } from "./upload-trial.ts";

const PROGRAM = readFileSync(join(ROOT, "examples/word-count/word-count.wasm"));
const runtime = "provided.al2023";

let uploads: UploadTrial;
beforeAll(async () => {
  uploads = await UploadTrial.start();
});
afterAll(async () => {
  await uploads.stop();
  await stopBundler();
});

async function refusal(files: Files): Promise<string> {
  const result = await bundleUpload({ archive: zipOf(files), layers: [], handler: "main", runtime });
  if (result.ok) throw new Error("the archive was taken");
  return result.fault.message;
}

test.each(["bootstrap", "bootstrap.wasm", "main.wasm"])("a WASI program named %s runs", async (name) => {
  const value = await uploads.run({ [name]: PROGRAM }, { handler: "main", runtime }, { body: "one two two" });
  expect(JSON.stringify(value)).toMatch(/words\W+3/);
});

test("machine code, scripts, components and nothing at all are refused with what to do", async () => {
  const elf = Buffer.from("7f454c46020101", "hex");
  expect(await refusal({ bootstrap: elf })).toMatch(/'bootstrap' is machine code \(an ELF program\).*wasm32-wasip1/);
  expect(await refusal({ bootstrap: "#!/bin/sh" })).toMatch(/is a script, which cannot run here/);
  expect(await refusal({ bootstrap: Buffer.from("0061736d0d000100", "hex") })).toMatch(/is a WebAssembly component/);
  expect(await refusal({ "index.js": "x" })).toMatch(/The archive has no 'bootstrap'/);
});

test.each([
  ["python3.12", "Python does not run here"],
  ["nodejs18.x", "use nodejs24.x"],
  ["go1.x", "GOOS=wasip1"],
  ["java21", "write the function in JavaScript"],
  ["cobol", "provided.al2023 runs a program for WASI"],
])("the runtime %s is refused with what to use instead", async (name, advice) => {
  expect(runtimeFault(name)?.message).toContain(advice);
  const result = await bundleUpload({ archive: zipOf({ a: "b" }), layers: [], handler: "a.b", runtime: name });
  expect(result).toEqual({ ok: false, fault: runtimeFault(name) });
});

test("the runtimes that run here are none of these", () => {
  for (const name of ["nodejs20.x", "nodejs22.x", "nodejs24.x", "provided.al2023"]) {
    expect(runtimeFault(name)).toBeUndefined();
  }
});
