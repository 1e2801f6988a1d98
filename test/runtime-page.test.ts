import { readFileSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { REFUSED_NODE_MODULES } from "@sluice/core";
import { builtinNames, GLOBALS, NODE_MODULE_FACTS } from "../scripts/runtime-facts.ts";
import { runtimePage } from "../scripts/runtime-page.ts";
import { PACKAGES } from "./packages/package-list.ts";
import { TrialPool, valueOf } from "./sandbox/trial-pool.ts";
import { listFiles, ROOT } from "./source-tree.ts";

let trial: TrialPool;
beforeAll(async () => {
  trial = await TrialPool.start();
});
afterAll(() => trial.pool.stop());

async function inFunction(body: string, event?: unknown): Promise<unknown> {
  const code = `exports.handler = async (event) => {${body}};`;
  return valueOf(await trial.run(trial.define({ code, memoryMb: 256, timeoutMs: 20_000 }), event));
}

test("docs/runtime.md has the tables that the code makes", () => {
  const text = readFileSync(join(ROOT, "docs/runtime.md"), "utf8");
  for (const name of ["globals", "modules", "refused", "packages", "limits"])
    expect(text).toContain(`<!-- made: ${name} -->`);
  expect(runtimePage(text)).toBe(text);
});

test("the globals of the page are those of a function", async () => {
  const language = new Set(runInNewContext("Object.getOwnPropertyNames(globalThis)") as string[]);
  const found = (await inFunction("return Object.getOwnPropertyNames(globalThis);")) as string[];
  expect(found.filter((name) => !language.has(name)).sort()).toEqual(GLOBALS.split(" ").sort());
});

test("what the page says is missing of Node's modules is what is missing", async () => {
  const load = createRequire(import.meta.url);
  // Tests may run in a child process, which has a channel to its parent.
  const channel = new Set(["send", "connected", "disconnect", "channel"]);
  const members = Object.fromEntries(
    builtinNames(builtinModules)
      .filter((name) => !Object.hasOwn(REFUSED_NODE_MODULES, name))
      .map((name) => [
        name,
        Object.keys(load(`node:${name}`) as object).filter((member) => !member.startsWith("_") && !channel.has(member)),
      ]),
  );
  const missing = (await inFunction(
    "return Object.fromEntries(Object.entries(event).map(([name, members]) => { const own = require('node:' + name); return [name, members.filter((member) => !(member in own))]; }));",
    members,
  )) as Record<string, readonly string[]>;
  const patterns = (name: string): RegExp[] =>
    (NODE_MODULE_FACTS[name]?.without ?? "")
      .split(" ")
      .filter((pattern) => pattern !== "")
      .map((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`));
  const untold = Object.entries(missing).flatMap(([name, all]) =>
    all
      .filter((member) => !patterns(name).some((pattern) => pattern.test(member)))
      .map((member) => `${name}: ${member}`),
  );
  const untrue = Object.keys(NODE_MODULE_FACTS).flatMap((name) =>
    patterns(name)
      .filter((pattern) => !missing[name]?.some((member) => pattern.test(member)))
      .map((pattern) => `${name}: ${pattern.source}`),
  );
  expect({ untold, untrue }).toEqual({ untold: [], untrue: [] });
});

test("a module that the page calls refused is refused in a function", async () => {
  const code = `
    const codeOf = (member) => { try { member(); } catch (error) { return error.code; } };
    return event.filter((name) => {
      const members = Object.values(require("node:" + name)).filter((member) => typeof member === "function");
      return !members.some((member) => codeOf(member) === "ERR_SLUICE_UNAVAILABLE");
    });`;
  expect(await inFunction(code, Object.keys(REFUSED_NODE_MODULES))).toEqual([]);
});

test("every package of the page has tests, and every package that has tests is on the page", () => {
  const sources = listFiles("test/packages").filter((path) => path.endsWith(".test.ts"));
  const described = sources.flatMap((path) =>
    [...readFileSync(join(ROOT, path), "utf8").matchAll(/^describePackage\("([^"]+)"/gm)].map(([, name]) => name),
  );
  expect(new Set(described)).toEqual(new Set(Object.keys(PACKAGES)));
});
