import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleUpload, stopBundler, UploadBundler, uploadDigest } from "@sluice/bundle";
import { zipOf } from "@sluice/bundle/testing";
import { bundled, type Files } from "./upload-trial.ts";

const SECRET = "a-secret-of-this-machine";
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-host-"));
  writeFileSync(join(folder, "secret.js"), `module.exports = "${SECRET}";`);
  writeFileSync(join(folder, "secret.json"), `{"compilerOptions":{"jsxFactory":"${SECRET}"}}`);
  writeFileSync(join(folder, "secret.map"), `{"version":3,"sources":["${SECRET}"],"mappings":"AAAA","names":[]}`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stopBundler();
});

const up = "../".repeat(20);
const HOSTILE: Readonly<Record<string, (host: string) => Files>> = {
  "an absolute path": (host) => ({ "index.js": `require("${host}/secret.js");` }),
  "a relative path": (host) => ({ "index.js": `require("${up}${host.slice(1)}/secret.js");` }),
  "an address": (host) => ({ "index.mjs": `import x from "file://${host}/secret.js"; export const handler = x;` }),
  "a pattern of require": (host) => ({
    "index.js": `const x = process.argv[2]; require("${up}${host.slice(1)}/" + x);`,
  }),
  "a pattern of import": (host) => ({ "index.js": `import(\`${up}${host.slice(1)}/\${process.argv[2]}\`);` }),
  "a pattern behind a comment": (host) => ({
    "index.js": `require/**/("${up}${host.slice(1)}/" + x); import/*"a"*/("${up}${host.slice(1)}/" + x);`,
  }),
  "a pattern behind an escape": (host) => ({
    "index.js": `requ\\u0069re("${up}${host.slice(1)}/" + x); requ\\u{69}re(\`${up}${host.slice(1)}/\${x}\`);`,
  }),
  "a package's main": (host) => ({
    "index.js": 'require("p");',
    "node_modules/p/package.json": `{"main":"${up}${host.slice(1)}/secret.js"}`,
  }),
  "a package's exports": (host) => ({
    "index.js": 'require("p"); require("p/x/secret.js");',
    "node_modules/p/package.json": `{"exports":{".":"./${up}${host.slice(1)}/secret.js","./x/*":"./${up}${host.slice(1)}/*"}}`,
  }),
  "a package's browser field": (host) => ({
    "index.js": 'require("./a");',
    "a.js": "",
    "package.json": `{"browser":{"./a.js":"${host}/secret.js"},"imports":{"#x":"${host}/secret.js"}}`,
  }),
  "a tsconfig": (host) => ({ "index.js": "exports.x = 1;", "tsconfig.json": `{"extends":"${host}/secret.json"}` }),
  "a source map's address": (host) => ({
    "index.js": `exports.x = 1;\n//# sourceMappingURL=${up}${host.slice(1)}/secret.map`,
  }),
  "a source map's address in a block": (host) => ({
    "index.js": `exports.x = 1;\n/*# sourceMappingURL=${host}/secret.map */`,
  }),
};

test.each(Object.entries(HOSTILE))("%s of this machine leads nowhere", async (_, files) => {
  const { code, sourceMap } = await bundled(files(folder));
  const text = Buffer.from(code).toString();
  expect(text).not.toContain(SECRET);
  // What the bundler says once it has looked for files: even that tells whether a folder is there.
  expect(text).not.toMatch(/no such file in the archive|Could not resolve/);
  expect(Buffer.from(sourceMap ?? []).toString()).not.toContain(SECRET);
});

test("a package that names itself, or points in circles, ends", async () => {
  const files = {
    "index.js": 'require("p"); require("#a"); require("./a");',
    "a.js": 'require("./b");',
    "b.js": 'require("./a");',
    "package.json": '{"name":"self","imports":{"#a":"#b","#b":"#a"}}',
    "node_modules/p/package.json": `{"exports":${'{"default":'.repeat(500)}"./x"${"}".repeat(500)}}`,
  };
  expect((await bundled(files)).code.length).toBeGreaterThan(0);
});

test("names of objects' own members are names like any other", async () => {
  const files = {
    "index.js": 'const n = "__proto__"; require(n); require("constructor"); exports.handler = () => 1;',
    "__proto__.js": "exports.x = 1;",
    "constructor.json": "{}",
  };
  expect((await bundled(files)).code.length).toBeGreaterThan(0);
});

test("a function has five layers at most, and unzips with them to Lambda's size at most", async () => {
  const small = zipOf({ "index.js": "exports.handler = 1;" });
  const request = { archive: small, handler: "index.handler", runtime: "nodejs24.x" };
  expect(await bundleUpload({ ...request, layers: Array<Uint8Array>(6).fill(small) })).toMatchObject({
    ok: false,
    fault: { message: expect.stringContaining("5 layers") },
  });
  const half = zipOf({ "a.bin": Buffer.alloc(132_000_000, randomBytes(3_000)) });
  expect(await bundleUpload({ ...request, layers: [half] })).toMatchObject({ ok: true });
  expect(await bundleUpload({ ...request, layers: [half, half] })).toMatchObject({
    ok: false,
    fault: { message: "Unzipped size must be smaller than 262144000 bytes" },
  });
});

test("a bundle is the same each time, and the digest tells uploads apart", async () => {
  const files = {
    "index.js": 'const n = "./" + "b"; require(n); require("fs"); exports.handler = () => 1;',
    "b.js": "",
    "t.txt": "x",
  };
  const [first, second] = [await bundled(files), await bundled(files)];
  expect(Buffer.from(first.code).equals(second.code)).toBe(true);
  const upload = { archive: zipOf(files), layers: [], handler: "index.handler", runtime: "nodejs22.x" };
  expect(uploadDigest(upload)).toBe(uploadDigest({ ...upload, archive: zipOf(files) }));
  const others = [{ handler: "a.b" }, { runtime: "nodejs24.x" }, { layers: [upload.archive] }, { archive: zipOf({}) }];
  const digests = others.map((other) => uploadDigest({ ...upload, ...other }));
  expect(new Set([uploadDigest(upload), ...digests]).size).toBe(5);
});

test("a few uploads are bundled at once, a few more wait, and the rest is told to come again", async () => {
  const bundler = new UploadBundler({ concurrency: 1, waitingMax: 1 });
  const archive = zipOf({ "index.js": "exports.handler = 1;" });
  const request = { archive, layers: [], handler: "index.handler", runtime: "nodejs22.x" };
  const results = await Promise.all([1, 2, 3].map(() => bundler.bundle(request)));
  expect(results.map((result) => (result.ok ? "bundled" : result.fault.errorType))).toEqual([
    "bundled",
    "bundled",
    "TooManyRequestsException",
  ]);
  expect(await bundler.bundle(request)).toMatchObject({ ok: true });
});
