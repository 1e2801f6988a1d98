import { join } from "node:path";
import { loadBundle } from "./testing/load-bundle.ts";
import { createTempFolder, type TempFolder } from "./testing/temp-folder.ts";
import { type BundleResult, bundleFunction } from "./bundle.ts";
import { stopBundler } from "./stop-bundler.ts";

const folders: TempFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});
afterAll(stopBundler);

function bundle(files: Record<string, string | Uint8Array>): Promise<BundleResult> {
  const folder = createTempFolder();
  folders.push(folder);
  folder.write(files);
  return bundleFunction({
    entry: join(folder.path, "main.js"),
    folder: folder.path,
    handler: "handler",
    environment: {},
  });
}

function load(result: BundleResult): Record<string, unknown> {
  if (!result.ok) throw new Error(result.faults.map(({ message }) => message).join("; "));
  return loadBundle(result.bundle.code);
}

const ADDON = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46);

test("an import of sharp is refused at deploy with the WebAssembly codecs to use instead", async () => {
  const files = {
    "main.js": 'import sharp from "sharp";\nexport const handler = () => sharp();',
    "node_modules/sharp/package.json": '{"main":"lib/index.js"}',
    "node_modules/sharp/lib/index.js": 'module.exports = require("../build/sharp.node");',
    "node_modules/sharp/build/sharp.node": ADDON,
  };
  expect(await bundle(files)).toEqual({
    ok: false,
    faults: [
      { message: expect.stringMatching(/^imports sharp \(in main\.js\), which is native code .*@jsquash\/jpeg/) },
    ],
  });
});

test("a native package that is not even installed is refused with the same advice", async () => {
  const result = await bundle({ "main.js": 'import bcrypt from "bcrypt";\nexport const handler = () => bcrypt;' });
  expect(result).toMatchObject({ ok: false, faults: [{ message: expect.stringContaining("bcryptjs") }] });
});

test("an addon of the author's own is refused, a package's says so where it is loaded", async () => {
  const own = await bundle({
    "main.js": 'import fast from "./fast.node";\nexport const handler = () => fast;',
    "fast.node": ADDON,
  });
  expect(own).toMatchObject({
    ok: false,
    faults: [{ message: expect.stringContaining("imports fast.node (in main.js)") }],
  });
  const files = {
    "main.js": 'import hash from "quick-hash";\nexport const handler = () => hash;',
    "node_modules/quick-hash/package.json": '{"main":"index.js"}',
    "node_modules/quick-hash/index.js": 'module.exports = require("./build/quick.node");',
    "node_modules/quick-hash/build/quick.node": ADDON,
  };
  const result = await bundle(files);
  expect(result).toMatchObject({
    ok: true,
    bundle: {
      warnings: [
        {
          message: expect.stringMatching(
            /^imports quick-hash \(quick\.node\) \(in node_modules\/quick-hash\/index\.js\), which is native/,
          ),
        },
      ],
    },
  });
  expect(() => load(result)).toThrow(
    /^quick-hash \(quick\.node\) is native code, which a Sluice function cannot run: use a package in JavaScript/,
  );
});

test("a package that has native code as one way of several goes on without it, and deploy warns", async () => {
  const files = {
    "main.js": 'import mask from "bufferlike";\nexport const handler = () => mask;',
    "node_modules/bufferlike/package.json": '{"main":"index.js"}',
    "node_modules/bufferlike/index.js":
      'try { module.exports = require("node-gyp-build")(__dirname); } catch (error) { module.exports = `fallback: ${error.code}`; }',
    "node_modules/node-gyp-build/package.json": '{"main":"index.js"}',
    "node_modules/node-gyp-build/index.js": "module.exports = (dir) => require(dir);",
  };
  const result = await bundle(files);
  expect((load(result)["handler"] as () => unknown)()).toBe("fallback: ERR_SLUICE_UNAVAILABLE");
  expect(result).toMatchObject({
    bundle: {
      warnings: [{ message: expect.stringContaining("imports node-gyp-build (in node_modules/bufferlike/index.js)") }],
    },
  });
});
