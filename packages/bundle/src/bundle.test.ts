import { createHash } from "node:crypto";
import { join } from "node:path";
import { Script } from "node:vm";
import { loadBundle, settleBundle } from "./testing/load-bundle.ts";
import { createTempFolder, type TempFolder } from "./testing/temp-folder.ts";
import { type Bundle, bundleFunction, type BundleResult } from "./bundle.ts";
import { stopBundler } from "./stop-bundler.ts";

const folders: TempFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});
afterAll(stopBundler);

function bundle(
  files: Record<string, string | Uint8Array>,
  options: { handler?: string; env?: Record<string, string> } = {},
) {
  const folder = createTempFolder();
  folders.push(folder);
  folder.write(files);
  const { handler = "handler", env = {} } = options;
  return bundleFunction({ entry: join(folder.path, "main.ts"), folder: folder.path, handler, environment: env });
}

function succeeded(result: BundleResult): Bundle {
  if (!result.ok) throw new Error(result.faults.map((fault) => fault.message).join("; "));
  return result.bundle;
}

// (module (func (export "answer") (result i32) (i32.const 42)))
const WASM = Uint8Array.from(
  Buffer.from("0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b", "hex"),
);

test("TypeScript and what it imports become one CommonJS factory body", async () => {
  const result = await bundle({
    "main.ts":
      'import { double } from "./lib/double.ts";\nexport const handler = async (event: { n: number }) => double(event.n);',
    "lib/double.ts": "export const double = (n: number): number => n * 2;",
  });
  const { handler } = loadBundle(succeeded(result).code) as { handler: (event: unknown) => Promise<number> };
  expect(await handler({ n: 21 })).toBe(42);
  expect(handler.name).toBe("handler");
});

test("the same sources give the same bytes wherever they lie, and the digest is theirs", async () => {
  const files = {
    "main.ts": 'import wasm from "./a.wasm";\nimport text from "./t.txt";\nexport const handler = () => [wasm, text];',
    "a.wasm": WASM,
    "t.txt": "x",
  };
  const [first, second] = [succeeded(await bundle(files)), succeeded(await bundle(files))];
  expect(Buffer.from(first.code).equals(Buffer.from(second.code))).toBe(true);
  expect(first.digest).toBe(createHash("sha256").update(first.code).digest("hex"));
  expect(second.digest).toBe(first.digest);
  expect(Buffer.from(first.code).toString()).not.toContain(folders[0]?.path);
  expect(succeeded(await bundle({ ...files, "t.txt": "y" })).digest).not.toBe(first.digest);
});

test("a .wasm import is a compiled module, decoded without Buffer or atob", async () => {
  const { code } = succeeded(
    await bundle({ "main.ts": 'import wasm from "./a.wasm";\nexport const handler = () => wasm;', "a.wasm": WASM }),
  );
  expect(Buffer.from(code).toString()).not.toMatch(/\bBuffer\b|\batob\b/);
  const wasm = (loadBundle(code)["handler"] as () => unknown)();
  // In the realm that ran the code, whose classes are not those of the test's.
  const check = new Script(
    "(wasm) => [wasm instanceof WebAssembly.Module, new WebAssembly.Instance(wasm).exports.answer()]",
  );
  expect((check.runInThisContext() as (module: unknown) => unknown)(wasm)).toEqual([true, 42]);
});

test("texts are strings and pictures are bytes", async () => {
  const { code } = succeeded(
    await bundle({
      "main.ts": 'import a from "./a.html";\nimport b from "./b.png";\nexport const handler = () => [a, b];',
      "a.html": "<p>é</p>",
      "b.png": Uint8Array.of(0x89, 0x50, 0xff),
    }),
  );
  const [text, bytes] = (loadBundle(code)["handler"] as () => [string, Uint8Array])();
  expect(text).toBe("<p>é</p>");
  expect([...bytes]).toEqual([0x89, 0x50, 0xff]);
});

test("what the platform provides stays an import: sluice, and node's builtins with and without prefix", async () => {
  const { code } = succeeded(
    await bundle({
      "main.ts":
        'import { kv } from "sluice";\nimport fs from "fs";\nimport { join } from "node:path";\nexport const handler = () => [kv, fs, join];',
    }),
  );
  const required: string[] = [];
  loadBundle(code, (id) => {
    required.push(id);
    return {};
  });
  expect(required.sort()).toEqual(["fs", "node:path", "sluice"]);
});

test("a module of the runtime that is imported when it is needed is asked for like the others", async () => {
  const source = 'export const handler = async () => (await import("node:path")).join("a", "b");';
  for (const first of [
    "",
    'import { AsyncLocalStorage } from "node:async_hooks";\nexport const kept = AsyncLocalStorage;\n',
  ]) {
    const { code } = succeeded(await bundle({ "main.ts": first + source }));
    const { handler } = loadBundle(code, () => ({ join: (...parts: string[]) => parts.join("+") })) as {
      handler: () => Promise<string>;
    };
    expect(await handler()).toBe("a+b");
  }
});

test("packages are taken as Node would take them, and in production mode unless the function says otherwise", async () => {
  const files = {
    "main.ts":
      'import name from "dual";\nimport old from "old";\nexport const handler = () => [name, old, process.env.NODE_ENV];',
    "node_modules/dual/package.json":
      '{"name":"dual","exports":{"browser":"./browser.js","worker":"./worker.js","node":"./node.js","default":"./other.js"}}',
    "node_modules/dual/browser.js": 'module.exports = "browser";',
    "node_modules/dual/worker.js": 'module.exports = "worker";',
    "node_modules/dual/node.js": 'module.exports = "node";',
    "node_modules/dual/other.js": 'module.exports = "other";',
    "node_modules/old/package.json": '{"name":"old","main":"main.js","module":"module.js","browser":"browser.js"}',
    "node_modules/old/main.js": 'module.exports = "main";',
    "node_modules/old/module.js": 'export default "module";',
    "node_modules/old/browser.js": 'module.exports = "browser";',
  };
  const run = async (env: Record<string, string>) =>
    (loadBundle(succeeded(await bundle(files, { env })).code)["handler"] as () => unknown)();
  expect(await run({})).toEqual(["node", "main", "production"]);
  expect(await run({ NODE_ENV: "test" })).toEqual(["node", "main", "test"]);
});

test("faults of the code name file, line and column, in characters", async () => {
  const result = await bundle({ "main.ts": 'import "./nowhere.ts";\nexport const handler = 1;\n', "x.ts": "" });
  expect(result).toMatchObject({
    ok: false,
    faults: [{ message: 'Could not resolve "./nowhere.ts"', at: { file: "main.ts", line: 1, column: 8 } }],
  });
  const syntax = await bundle({ "main.ts": 'const x = "ééé" const;\n' });
  expect(syntax).toMatchObject({
    ok: false,
    faults: [{ at: { line: 1, column: 17, sourceLine: 'const x = "ééé" const;' } }],
  });
});

test("a missing handler is found before deploying, unless the exports cannot be known", async () => {
  const missing = await bundle({ "main.ts": "export const other = 1;" });
  expect(missing).toMatchObject({ ok: false, faults: [{ field: "handler" }] });
  expect(await bundle({ "main.ts": "export default () => 1;" }, { handler: "default" })).toMatchObject({ ok: true });
  expect(await bundle({ "main.ts": "module.exports.handler = () => 1;" })).toMatchObject({ ok: true });
  const reexported = { "main.ts": 'export * from "./lib.ts";', "lib.ts": "export const handler = () => 1;" };
  expect(await bundle(reexported)).toMatchObject({ ok: true });
});

test("a style sheet is refused rather than dropped", async () => {
  const result = await bundle({ "main.ts": 'import "./a.css";\nexport const handler = () => 1;', "a.css": "p {}" });
  expect(result).toMatchObject({ ok: false, faults: [{ message: expect.stringContaining("style sheet") }] });
});

test("a module that a function can import and not use is named with its importer and what to do", async () => {
  const { warnings } = succeeded(
    await bundle({
      "main.ts": 'import "./lib.ts";\nimport { readFileSync } from "fs";\nexport const handler = () => readFileSync;',
      "lib.ts": 'import { spawn } from "node:child_process";\nimport vm from "vm";\nspawn("ls"); vm.Script;',
    }),
  );
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^imports node:child_process \(in lib\.ts\), which fails when it is used: a function cannot start/,
    ),
    expect.stringMatching(/^imports vm \(in lib\.ts\), which fails when it is used: /),
  ]);
});

test("code that imports node:async_hooks has no native async functions left, and other code keeps them", async () => {
  const body =
    "export const handler = async () => { await 1; for await (const x of gen()) x; };\nasync function* gen() { yield 1; }";
  const plain = Buffer.from(succeeded(await bundle({ "main.ts": body })).code).toString();
  expect(plain).toMatch(/async \(\) =>/);
  const hooked = {
    "main.ts": `import { AsyncLocalStorage } from "node:async_hooks";\nexport const s = new AsyncLocalStorage();\n${body}`,
  };
  const lowered = Buffer.from(succeeded(await bundle(hooked)).code).toString();
  expect(lowered).not.toMatch(/\bawait\b|\basync (?:function|\()/);
  expect(lowered).toMatch(/^(?:"use strict";\s*)?require\("node:async_hooks"\);/);
  expect(lowered).toContain("Promise.resolve(x.value)");
  // A name of esbuild's helper that the code has taken at its top level.
  const taken = {
    "main.ts": `import "node:async_hooks";\nimport { x, e } from "./x.ts";\n${body}\nconsole.log(x, e);`,
    "x.ts": "export const x = Math.random();\nexport const e = x;",
  };
  const renamed = Buffer.from(succeeded(await bundle(taken)).code).toString();
  expect(renamed).toMatch(/x2\.done \? resolve\(typeof x2\.value\?\.then == 'function'/);
});

test("files below a package.json of type module are ES modules, with a default import of a builtin that is the module", async () => {
  const files = {
    "package.json": '{"type":"module"}',
    "main.ts": 'export { handler } from "./lib.js";',
    "lib.js":
      'import path, { join } from "node:path";\nimport * as all from "path";\nimport { fileURLToPath } from "url";\n' +
      "export const handler = () => [path.mark, join, all.mark, import.meta.url, import.meta.dirname, typeof fileURLToPath];",
    "old.cjs": "module.exports = 1;",
  };
  const given = { mark: "module", join: "joined", fileURLToPath: () => "" };
  const { handler } = loadBundle(succeeded(await bundle(files)).code, () => given) as { handler: () => unknown };
  expect(handler()).toEqual(["module", "joined", "module", "file:///var/task/index.js", "/var/task", "function"]);
});

test("a package that imports node:async_hooks only when it needs it changes nothing; one that needs it is a warning where the code awaits at its top level", async () => {
  const of = (source: string, main = "") => ({
    "main.ts": `import "storing";\n${main}\nexport const handler = async () => 1;`,
    "node_modules/storing/package.json": '{"main":"index.js"}',
    "node_modules/storing/index.js": source,
  });
  const text = (result: BundleResult) => Buffer.from(succeeded(result).code).toString();
  const dynamic = 'exports.store = async () => (await import("node:async_hooks")).AsyncLocalStorage;';
  expect(text(await bundle(of(dynamic)))).toMatch(/async \(\) =>/);
  expect(succeeded(await bundle(of(dynamic, "await 1;"))).warnings).toEqual([]);
  const always = 'exports.store = require("node:async_hooks").AsyncLocalStorage;';
  expect(text(await bundle(of(always)))).not.toMatch(/async \(\) =>/);
  expect(succeeded(await bundle(of(always, "await 1;"))).warnings).toEqual([
    { message: expect.stringContaining("loses its store at each await") },
  ]);
});

test("import.meta is an object with what belongs to the one file that a function is, at the top level's await too", async () => {
  const main = "const meta = import.meta;\nexport const handler = () => [meta.dirname, import.meta.url, meta.env];";
  const expected = ["/var/task", "file:///var/task/index.js", undefined];
  const { handler } = loadBundle(succeeded(await bundle({ "main.ts": main })).code) as { handler: () => unknown };
  expect(handler()).toEqual(expected);
  const { code } = succeeded(await bundle({ "main.ts": `await 1;\n${main}` }));
  const settled = (await settleBundle(code)) as { handler: () => unknown };
  expect(settled.handler()).toEqual(expected);
});
