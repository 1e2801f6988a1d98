import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  listFiles,
  packageOf,
  readSourceFiles,
  readWorkspaces,
  ROOT,
  type SourceFile,
  targetOf,
  type Workspace,
} from "./source-tree.ts";

/** What a package may depend on; packages that are not named may use `core` alone. Services may use every package. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "@sluice/core": [],
  "@sluice/cli": ["@sluice/core", "@sluice/client", "@sluice/bundle"],
  "@sluice/launcher": ["@sluice/core", "@sluice/process"],
};

/** Packages that only some places may import, so that each can be replaced in one place. */
const IMPORTERS: Readonly<Record<string, RegExp>> = {
  bullmq: /^packages\/queue\//,
  ioredis: /^packages\/(queue|store)\//,
  "isolated-vm": /^packages\/sandbox\//,
  yauzl: /^packages\/bundle\//,
  pino: /^packages\/process\//,
  "prom-client": /^(packages\/process\/|services\/[^/]+\/src\/metrics(\.test)?\.ts$)/,
  express: /^services\//,
};

const SHAPELESS = new Set(["utils", "util", "helpers", "helper", "common", "misc", "shared", "lib"]);
const TEXT = /\.(ts|mjs|js|json|md|ya?ml|sh|toml|html|css)$|Dockerfile|\.ci\/run$/;

const packages = readWorkspaces(["packages"]);
const services = readWorkspaces(["services"]);
const workspaces = [...packages, ...services];
const files = readSourceFiles(workspaces);
const ours = new Set(workspaces.map(({ name }) => name));
const serviceNames = new Set(services.map(({ name }) => name));

function importsOfOurs(file: SourceFile): readonly string[] {
  return file.imports.filter((specifier) => ours.has(packageOf(specifier) ?? ""));
}

function allowedFor({ name }: Workspace): ReadonlySet<string> {
  if (serviceNames.has(name)) return new Set(packages.map((one) => one.name));
  return new Set(ALLOWED[name] ?? ["@sluice/core"]);
}

function findings(of: (file: SourceFile) => readonly string[]): readonly string[] {
  return files.flatMap((file) => of(file).map((what) => `${file.path}: ${what}`));
}

describe("the layers", () => {
  test("are read from real files", () => {
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(["@sluice/core", "@sluice/queue"]));
    expect(files.find(({ path }) => path === "packages/process/src/logger.ts")?.imports).toEqual([
      "pino",
      "./log-line.ts",
      "./redact.ts",
    ]);
  });

  test("point down only, in manifests", () => {
    const wrong = workspaces.flatMap((workspace) =>
      workspace.dependencies
        .filter((name) => ours.has(name) && !allowedFor(workspace).has(name))
        .map((name) => `${workspace.folder}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("point down only, in what is imported; tests may use what their manifest declares for development", () => {
    const wrong = findings((file) => {
      const { workspace, isTest } = file;
      const allowed = new Set([...allowedFor(workspace), ...(isTest ? workspace.devDependencies : [])]);
      return importsOfOurs(file).filter((specifier) => !allowed.has(packageOf(specifier) ?? ""));
    });
    expect(wrong).toEqual([]);
  });

  test("never lead from one service to another, not even in tests", () => {
    const wrong = findings((file) => file.imports.filter((specifier) => serviceNames.has(packageOf(specifier) ?? "")));
    expect(wrong).toEqual([]);
  });

  test("have no cycle", () => {
    const byName = new Map(workspaces.map((workspace) => [workspace.name, workspace]));
    const cycleFrom = (name: string, above: readonly string[]): readonly string[] => {
      if (above.includes(name)) return [[...above, name].join(" → ")];
      const below = byName.get(name)?.dependencies.filter((one) => ours.has(one)) ?? [];
      return below.flatMap((one) => cycleFrom(one, [...above, name]));
    };
    expect(workspaces.flatMap(({ name }) => cycleFrom(name, []))).toEqual([]);
  });

  test("meet only at what a package exports", () => {
    const exported = new Set(workspaces.flatMap((workspace) => workspace.exported));
    expect(findings((file) => importsOfOurs(file).filter((specifier) => !exported.has(specifier)))).toEqual([]);
  });

  test("are not left by relative paths", () => {
    const wrong = findings((file) =>
      file.imports.filter(
        (specifier) => specifier.startsWith(".") && !targetOf(file, specifier).startsWith(`${file.workspace.folder}/`),
      ),
    );
    expect(wrong).toEqual([]);
  });
});

describe("a package of others", () => {
  test.each(Object.entries(IMPORTERS))("%s is imported only where it belongs (%s)", (name, places) => {
    const importers = files.filter((file) => file.imports.some((specifier) => packageOf(specifier) === name));
    expect(importers.map(({ path }) => path).filter((path) => !places.test(path))).toEqual([]);
    expect(importers.length).toBeGreaterThan(0);
  });
});

describe("the house style", () => {
  test("has an index of named exports in every package", () => {
    const indexes = files.filter(({ path }) => /^packages\/[^/]+\/src\/index\.ts$/.test(path));
    expect(indexes.map(({ workspace }) => workspace.folder)).toEqual(packages.map(({ folder }) => folder));
    expect(files.filter(({ text }) => /^export \*/m.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("names files in kebab-case after one noun, and has no folder for leftovers", () => {
    const paths = files.map(({ path }) => path);
    expect(paths.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.d|\.test|\.suite)?\.ts$/.test(basename(path)))).toEqual(
      [],
    );
    const names = (path: string): readonly string[] => path.replace(/\.ts$/, "").split("/");
    expect(paths.filter((path) => names(path).some((name) => SHAPELESS.has(name)))).toEqual([]);
  });

  test("keeps the composition root of a process within 100 lines", () => {
    const roots = files.filter(({ path }) => path.endsWith("/src/main.ts"));
    expect(roots.filter(({ text }) => text.split("\n").length > 101).map(({ path }) => path)).toEqual([]);
  });

  test("has no path of somebody's machine in any file", () => {
    const machine = /["'\s(=:]\/(?:work|home|Users)\/[\w.-]+\//;
    const wrong = listFiles("")
      .filter((path) => TEXT.test(path) && path !== "package-lock.json")
      .filter((path) => {
        const text = readFileSync(join(ROOT, path), "utf8");
        return machine.test(text) || text.includes(`${ROOT}/`);
      });
    expect(wrong).toEqual([]);
  });
});
