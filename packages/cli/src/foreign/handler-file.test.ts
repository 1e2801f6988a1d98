import { join } from "node:path";
import { createTempFolder, type TempFolder } from "@sluice/bundle/testing";
import { findHandlerFile } from "./handler-file.ts";

let folder: TempFolder;
beforeEach(() => {
  folder = createTempFolder();
  folder.write({ "src/app.ts": "", "src/app.js": "", "main.prod.mjs": "", "dir.ts/x": "" });
});
afterEach(() => folder.remove());

const find = (handler: string, sourcesFirst = true) => findHandlerFile({ folder: folder.path, handler, sourcesFirst });

test("a handler's file is found by its extension, TypeScript first only where it is bundled as it is", () => {
  expect(find("src/app.run")).toEqual({ entry: join(folder.path, "src/app.ts"), handler: "run" });
  expect(find("./src/app.run", false)).toEqual({ entry: join(folder.path, "src/app.js"), handler: "run" });
});

test("a dot may belong to the file's name or to the export's", () => {
  expect(find("main.prod.handler")).toEqual({ entry: join(folder.path, "main.prod.mjs"), handler: "handler" });
  expect(find("src/app.api.handler")).toEqual({ entry: join(folder.path, "src/app.ts"), handler: "api.handler" });
});

test.each([
  ["handler", "must be a file without its extension and an export"],
  [".handler", "must be a file without its extension and an export"],
  ["src/app.", "must be a file without its extension and an export"],
  ["src/none.handler", "there is no file"],
  ["dir.handler", "there is no file"],
])("%s is a fault: %s", (handler, message) => {
  expect(find(handler)).toContain(message);
});
