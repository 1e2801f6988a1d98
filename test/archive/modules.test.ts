import { SourceMap, type SourceMapPayload } from "node:module";
import { stopBundler } from "@sluice/bundle";
import { bundled, UploadTrial } from "./upload-trial.ts";

let uploads: UploadTrial;
beforeAll(async () => {
  uploads = await UploadTrial.start();
});
afterAll(async () => {
  await uploads.stop();
  await stopBundler();
});

// (module (func (export "answer") (result i32) (i32.const 42)))
const WASM = Buffer.from("0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b", "hex");

test("CommonJS runs, with several files, JSON and its own places", async () => {
  const files = {
    "index.js":
      'exports.handler = async (event) => [require("./lib/double")(event.n), require("./data").name, __filename];',
    "lib/double.js": "module.exports = (n) => [n * 2, __dirname, module.exports.length];",
    "data.json": '{"name":"json"}',
  };
  const value = await uploads.run(files, {}, { n: 21 });
  expect(value).toEqual([[42, "/var/task/lib", 1], "json", "/var/task/index.js"]);
});

test("ES modules run: .mjs, and .js below a package.json of type module, with their own import.meta", async () => {
  const source =
    'import { two } from "./src/two.js"; import { readFileSync } from "node:fs";\n' +
    "export const handler = async () => [two(), import.meta.url, typeof readFileSync, typeof __dirname];";
  const two = "export const two = () => [2, import.meta.dirname, import.meta.filename];";
  const expected = [
    [2, "/var/task/src", "/var/task/src/two.js"],
    "file:///var/task/index.mjs",
    "function",
    "undefined",
  ];
  expect(await uploads.run({ "index.mjs": source, "src/two.js": two })).toEqual(expected);
  const typed = { "index.js": source, "src/two.js": two, "package.json": '{"type":"module"}' };
  expect(await uploads.run(typed)).toEqual(expected.with(1, "file:///var/task/index.js"));
});

test("handlers may lie in folders and in objects", async () => {
  const files = {
    "src/app/index.cjs": "exports.api = { v1: { get: async () => 'nested' } }; exports.handler = async () => 'plain';",
  };
  expect(await uploads.run(files, { handler: "src/app/index.handler" })).toBe("plain");
  expect(await uploads.run(files, { handler: "src/app/index.api.v1.get" })).toBe("nested");
});

test("packages are taken as Node takes them: conditions, patterns, self-reference, imports, main and folders", async () => {
  const dual =
    '{"name":"dual","exports":{".":{"browser":"./b.js","import":"./i.mjs","require":"./r.cjs"},"./x/*":"./lib/*.js"}}';
  const packages = {
    "node_modules/dual/package.json": dual,
    "node_modules/dual/i.mjs": 'export default "import";',
    "node_modules/dual/r.cjs": 'module.exports = "require";',
    "node_modules/dual/b.js": 'module.exports = "browser";',
    "node_modules/dual/lib/a.js": 'module.exports = "pattern";',
    "node_modules/dual/hidden.js": 'module.exports = "hidden";',
    "node_modules/@s/old/package.json": '{"main":"lib","browser":"./b.js","module":"m.js"}',
    "node_modules/@s/old/lib/index.js": 'module.exports = require("inner");',
    "node_modules/@s/old/node_modules/inner/index.js": 'module.exports = "main and inner";',
    "package.json": '{"name":"self","imports":{"#a":"./a.js"},"exports":{"./a":"./a.js"}}',
    "a.js": 'module.exports = "own";',
  };
  const cjs =
    'let hidden; try { require("dual/hidden.js"); } catch (error) { hidden = error.code; }\n' +
    'exports.handler = async () => [require("dual"), require("dual/x/a"), require("@s/old"), require("#a"), require("self/a"), hidden];';
  const tail = ["pattern", "main and inner", "own", "own", "MODULE_NOT_FOUND"];
  expect(await uploads.run({ ...packages, "index.js": cjs })).toEqual(["require", ...tail]);
  const esm =
    'import dual from "dual"; import a from "dual/x/a"; import old from "@s/old"; import b from "#a"; import c from "self/a";\n' +
    'export const handler = async () => [dual, a, old, b, c, (await import("dual")).default];';
  const expected = ["import", ...tail.slice(0, 4), "import"];
  expect(await uploads.run({ ...packages, "index.mjs": esm })).toEqual(expected);
});

test("a default import of CommonJS is its module.exports, whatever a compiler marked it with", async () => {
  const files = {
    "index.mjs": 'import x from "./c.cjs"; export const handler = async () => [x.default, Object.keys(x)];',
    "c.cjs": 'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = 1;',
  };
  expect(await uploads.run(files)).toEqual([1, ["default"]]);
});

test("layers lie under /opt: the Node version's folder before the common one, a later layer over an earlier one", async () => {
  const layer = (name: string, text: string) => ({
    [`nodejs/${name}/index.js`]: `module.exports = [${text}, __filename];`,
  });
  const files = {
    "index.js":
      'exports.handler = async () => [require("a")[0], require("b")[0], require("c"), require("/opt/tool.js"), require("own/x")];',
    "own/x.js": "module.exports = 'task';",
  };
  const layers = [
    { ...layer("node_modules/a", "1"), ...layer("node_modules/b", "1"), "tool.js": "module.exports = 't';" },
    {
      ...layer("node_modules/a", "2"),
      ...layer("node22/node_modules/b", "22"),
      ...layer("node20/node_modules/c", "20"),
    },
    layer("node_modules/c", "3"),
  ];
  const c = (version: string, text: number) => [text, `/opt/nodejs/${version}node_modules/c/index.js`];
  expect(await uploads.run(files, { layers })).toEqual([2, 22, c("", 3), "t", "task"]);
  expect(await uploads.run(files, { layers, runtime: "nodejs20.x" })).toEqual([2, 1, c("node20/", 20), "t", "task"]);
});

test("top-level await and an imported .wasm work", async () => {
  const files = {
    "index.mjs":
      'import wasm from "./a.wasm"; const { exports } = await WebAssembly.instantiate(wasm);\n' +
      'const lazy = await import("./lazy.mjs"); export const handler = async () => [exports.answer(), lazy.value];',
    "lazy.mjs": "export const value = await Promise.resolve('later');",
    "a.wasm": WASM,
  };
  expect(await uploads.run(files)).toEqual([42, "later"]);
});

test("AsyncLocalStorage keeps its store across await", async () => {
  const source = `
    const { AsyncLocalStorage } = require("async_hooks");
    const storage = new AsyncLocalStorage();
    exports.handler = async () => storage.run(7, async () => { await null; await new Promise((go) => setTimeout(go, 1)); return storage.getStore(); });`;
  expect(await uploads.run({ "index.js": source })).toBe(7);
});

test("the source map leads from an error to the author's file and line, of rewritten modules too", async () => {
  const files = {
    "index.js": "exports.handler = async () => require('./lib/thrower')();",
    "lib/thrower.js": "const here = __dirname;\n\nmodule.exports = () => {\n  const x = here;\n  null.x;\n};",
  };
  const { sourceMap } = await bundled(files);
  const { error } = await uploads.attempt(files);
  const [, line = "0", column = "0"] = /index\.js:(\d+):(\d+)/.exec(error?.trace.join("\n") ?? "") ?? [];
  const map = new SourceMap(JSON.parse(Buffer.from(sourceMap ?? []).toString()) as SourceMapPayload);
  const found = map.findEntry(Number(line) - 1, Number(column) - 1);
  expect(found).toMatchObject({ originalSource: "/var/task/lib/thrower.js", originalLine: 4 });
});

test("callbacks, streams and arity are the handler's own", async () => {
  const files = {
    "index.js":
      "exports.handler = (event, context, callback) => setTimeout(callback, 1, null, context.functionVersion);",
  };
  expect(await uploads.run(files)).toBe("1");
});

test("a module of Node's may be imported when it is needed, as namespace and by default", async () => {
  const code =
    'const { sep, default: path } = await import("node:path"); return [sep, path.join("a", "b"), (await import("fs")).constants.R_OK];';
  expect(await uploads.run({ "index.mjs": `export const handler = async () => { ${code} };` })).toEqual([
    "/",
    "a/b",
    4,
  ]);
  expect(await uploads.run({ "index.js": `exports.handler = async () => { ${code} };` })).toEqual(["/", "a/b", 4]);
});
