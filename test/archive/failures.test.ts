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

const OK = "exports.handler = async () => 1;";

test("a missing handler file fails at init, in Lambda's words", async () => {
  expect(await uploads.failure({ "other.js": OK })).toEqual([
    "Runtime.ImportModuleError",
    "Error: Cannot find module 'index'\nRequire stack:\n- /var/runtime/index.mjs",
  ]);
});

test("a missing export, or one that is no function, fails at init", async () => {
  const found = await uploads.failure({ "index.js": OK }, { handler: "index.handlr" });
  expect(found).toEqual(["Runtime.HandlerNotFound", "index.handlr is undefined or not exported"]);
  const nested = await uploads.failure({ "src/a.js": OK }, { handler: "src/a.api.x" });
  expect(nested).toEqual(["Runtime.HandlerNotFound", "a.api.x is undefined or not exported"]);
  const data = await uploads.failure({ "index.js": "exports.handler = 1;" });
  expect(data).toEqual(["Runtime.HandlerNotFound", "index.handler is not a function"]);
});

test("a handler that names nothing fails at init", async () => {
  expect(await uploads.failure({ "index.js": OK }, { handler: "index" })).toEqual([
    "Runtime.MalformedHandlerName",
    "Bad handler",
  ]);
  const [type, message] = await uploads.failure({ "index.js": OK }, { handler: "../index.handler" });
  expect([type, message]).toEqual([
    "Runtime.MalformedHandlerName",
    expect.stringMatching(/^'\.\.\/index\.handler' is not a valid handler name\./),
  ]);
});

test("a module that is not in the archive fails at init, unless the code goes on without it", async () => {
  expect(await uploads.failure({ "index.js": `require("left-pad"); ${OK}` })).toEqual([
    "Runtime.ImportModuleError",
    "Error: Cannot find module 'left-pad'\nRequire stack:\n- /var/task/index.js\n- /var/runtime/index.mjs",
  ]);
  expect(await uploads.run({ "index.js": `try { require("left-pad"); } catch {} ${OK}` })).toBe(1);
  expect(await uploads.failure({ "index.mjs": 'import "left-pad"; export const handler = 1;' })).toEqual([
    "Error",
    "Cannot find package 'left-pad' imported from /var/task/index.mjs",
  ]);
});

test("a syntax error fails at init, wherever in the code it is", async () => {
  for (const files of [
    { "index.js": "const = 1;" },
    { "index.js": `require("./lib"); ${OK}`, "lib.js": "function (" },
    { "index.js": `require("./lib.json"); ${OK}`, "lib.json": "{" },
    { "index.mjs": 'import { nope } from "./lib.mjs"; export const handler = nope;', "lib.mjs": "export const x = 1;" },
  ]) {
    const [type, message] = await uploads.failure(files);
    expect([type, message]).toEqual([
      "Runtime.UserCodeSyntaxError",
      expect.stringMatching(/^SyntaxError: .*\/var\/task\//),
    ]);
  }
});

test("what the code throws at its top level is what it fails with", async () => {
  expect(await uploads.failure({ "index.js": 'throw new RangeError("no");' })).toEqual(["RangeError", "no"]);
  expect(await uploads.failure({ "index.mjs": 'await 1; throw new RangeError("no");' })).toEqual(["RangeError", "no"]);
});

test("files that cannot be loaded do not hurt a function that loads none of them", async () => {
  const files = {
    "index.js":
      "exports.handler = async ({ name }) => { try { return require(name); } catch (error) { return error.name; } };",
    "broken.js": "const = 1;",
    "waits.mjs": "await 1; export const x = 1;",
    "addon.node": Uint8Array.of(0x7f, 0x45, 0x4c, 0x46),
    "native.mjs": 'import "sharp"; export const x = 1;',
    "fine.js": "module.exports = 'fine';",
  };
  expect(await uploads.run(files, {}, { name: "./fine" })).toBe("fine");
  expect(await uploads.run(files, {}, { name: "./broken" })).toBe("SyntaxError");
});

test("native code is refused, with what to use instead", async () => {
  const addon = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46);
  const own = { "index.mjs": 'import fast from "./fast.node"; export const handler = fast;', "fast.node": addon };
  await expect(bundled(own)).rejects.toThrow(
    /^InvalidParameterValueException: The code imports fast\.node \(in index\.mjs\), which is native code and cannot run/,
  );
  const sharp = { "index.mjs": 'import sharp from "sharp"; export const handler = sharp;' };
  await expect(bundled(sharp)).rejects.toThrow(/imports sharp \(in index\.mjs\).*@jsquash/);
});

test("a package of Lambda's own runtime that is not here and not in the archive is a warning", async () => {
  const { warnings } = await bundled({ "index.js": `require("@aws-sdk/client-ses"); ${OK}` });
  expect(warnings).toEqual([
    expect.stringContaining("imports @aws-sdk/client-ses, which Lambda's runtime brings along"),
  ]);
});
