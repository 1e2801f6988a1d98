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

test("a computed require finds files, folders, JSON and packages, and each module once", async () => {
  const files = {
    "index.js": `
      const shared = require("./plugins/shared");
      const load = (name) => require("./plugins/" + name);
      exports.handler = async ({ name }) => {
        shared.count += 1;
        return [load("a"), load("folder"), load("settings").x, require(name), load("shared").count, require.resolve("./plugins/" + "a")];
      };
      exports.names = ["tool"];`,
    "plugins/a.js": "module.exports = ['a', __dirname];",
    "plugins/shared.js": "exports.count = 0;",
    "plugins/folder/index.js": 'module.exports = require("../" + "a")[0] + "!";',
    "plugins/settings.json": '{"x":1}',
    "node_modules/tool/package.json": '{"exports":"./lib/tool.js"}',
    "node_modules/tool/lib/tool.js": "module.exports = 'tool';",
  };
  const expected = [["a", "/var/task/plugins"], "a!", 1, "tool", 1, "/var/task/plugins/a.js"];
  expect(await uploads.run(files, {}, { name: "tool" })).toEqual(expected);
});

test("a computed import finds ES modules, and createRequire knows the archive", async () => {
  const files = {
    "index.mjs": `
      import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      export const handler = async ({ name }) => [
        (await import("./routes/" + name + ".mjs")).default,
        (await import(\`./routes/\${name}.mjs\`)).named,
        require("./data.json").x,
        typeof require("fs").readFileSync,
      ];`,
    "routes/one.mjs": "export default 'one'; export const named = import.meta.url;",
    "data.json": '{"x":2}',
  };
  const expected = ["one", "file:///var/task/routes/one.mjs", 2, "function"];
  expect(await uploads.run(files, {}, { name: "one" })).toEqual(expected);
});

test("a computed part of a package's name finds any module of the package", async () => {
  const files = {
    "index.js": 'exports.handler = async ({ name }) => [require("tools/" + name), require(`@s/tools/${name}`)];',
    "node_modules/tools/a.js": "module.exports = 'a';",
    "node_modules/@s/tools/a.js": "module.exports = 'scoped';",
  };
  expect(await uploads.run(files, {}, { name: "a" })).toEqual(["a", "scoped"]);
});

test("what a computed require does not find is Node's error", async () => {
  const files = {
    "index.js":
      "exports.handler = async ({ name }) => { try { return require(name); } catch (error) { return [error.code, error.message]; } };",
  };
  for (const name of ["./nowhere", "nothing", "/etc/passwd", "../../etc/passwd"]) {
    const [code, message] = (await uploads.run(files, {}, { name })) as [string, string];
    expect([code, message.split("\n")[0]]).toEqual(["MODULE_NOT_FOUND", `Cannot find module '${name}'`]);
  }
});

test("files of the archive are read with node:fs where Lambda has them, and cannot be changed", async () => {
  const files = {
    "src/index.js": `
      const fs = require("fs"), path = require("path");
      const code = (run) => { try { run(); return "done"; } catch (error) { return error.code; } };
      exports.handler = async () => [
        fs.readFileSync(path.join(__dirname, "template.html"), "utf8"),
        [...(await fs.promises.readFile(process.env.LAMBDA_TASK_ROOT + "/assets/b.bin"))],
        fs.readdirSync(__dirname), fs.statSync(__dirname + "/template.html").size, fs.existsSync("/var/task/none"),
        code(() => fs.writeFileSync("/var/task/src/template.html", "x")), code(() => fs.writeFileSync("/var/task/new", "x")),
        code(() => fs.unlinkSync("/var/task/src/template.html")), code(() => fs.copyFileSync("/var/task/assets/b.bin", "/var/task/src/template.html")),
        code(() => fs.readFileSync(__filename)), code(() => fs.copyFileSync(__dirname + "/template.html", "/tmp/t")), fs.readFileSync("/tmp/t", "utf8"),
      ];`,
    "src/template.html": "<p>é</p>",
    "assets/b.bin": Uint8Array.of(0, 255, 128),
  };
  const value = await uploads.run(files, { handler: "src/index.handler" });
  const denied = ["EROFS", "EROFS", "EROFS", "EROFS", "EACCES"];
  const names = ["index.js", "template.html"];
  expect(value).toEqual(["<p>é</p>", [0, 255, 128], names, 9, false, ...denied, "done", "<p>é</p>"]);
});

test("routes that are found by listing a folder load", async () => {
  const files = {
    "index.js": `
      const fs = require("fs"), path = require("path");
      const routes = fs.readdirSync(path.join(__dirname, "routes")).map((name) => require(path.join(__dirname, "routes", name)));
      exports.handler = async () => routes;`,
    "routes/a.js": "module.exports = 'a';",
    "routes/b.js": "module.exports = 'b';",
  };
  expect(await uploads.run(files)).toEqual(["a", "b"]);
});

test("code that computes nothing carries nothing of the rest of the archive", async () => {
  const files = {
    "index.js": "exports.handler = async () => 1;",
    "other.js": "exports.mark = 'unused code';",
    "d.txt": "unused data",
  };
  const code = Buffer.from((await bundled(files)).code).toString();
  expect(code).not.toMatch(/unused|other\.js/);
});

test("what is too large to be carried along is a warning", async () => {
  const files = {
    "index.js": 'require("fs"); exports.handler = async () => 1;',
    "big.bin": Buffer.alloc(5 * 1024 * 1024),
    "a.txt": "small",
  };
  const { warnings, code } = await bundled(files, { memoryMb: 128 });
  expect(warnings).toEqual(["has 1 files that are too large to be read with node:fs here"]);
  expect(code.length).toBeLessThan(20_000);
});
