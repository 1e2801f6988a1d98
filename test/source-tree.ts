import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** This repository as the architecture test sees it: workspaces, their manifests, their files and what those import. */

export const ROOT = resolve(import.meta.dirname, "..");

export interface Workspace {
  /** `packages/core`. */
  readonly folder: string;
  /** `@sluice/core`. */
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** Specifiers that others may import: the package's name, and its subpaths if it exports any. */
  readonly exported: readonly string[];
}

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly workspace: Workspace;
  readonly text: string;
  readonly imports: readonly string[];
  /** A test, or something that only tests use. */
  readonly isTest: boolean;
}

const SKIPPED = new Set(["node_modules", ".git", ".sluice", "coverage"]);

export function readWorkspaces(kinds: readonly string[]): readonly Workspace[] {
  return kinds
    .flatMap((kind) => readdirSync(join(ROOT, kind)).map((name) => `${kind}/${name}`))
    .filter((folder) => existsSync(join(ROOT, folder, "package.json")))
    .map(readWorkspace);
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

function readWorkspace(folder: string): Workspace {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Manifest;
  return {
    folder,
    name: manifest.name,
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    exported: Object.keys(manifest.exports ?? {}).map((subpath) => manifest.name + subpath.slice(1)),
  };
}

export function readSourceFiles(workspaces: readonly Workspace[]): readonly SourceFile[] {
  return workspaces.flatMap((workspace) =>
    listFiles(workspace.folder)
      .filter((path) => path.endsWith(".ts"))
      .map((path) => {
        const text = readFileSync(join(ROOT, path), "utf8");
        const isTest = path.endsWith(".test.ts") || path.includes("/testing/");
        return { path, workspace, text, imports: importsOf(text), isTest };
      }),
  );
}

/** Every file below a folder of the repository, in name order; `""` is the repository. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? listFiles(path) : entry.isFile() ? [path] : [];
  });
}

const IMPORT = /(?:^\s*(?:import|export)\b[^"';]*?\bfrom\s*|^\s*import\s*|\b(?:import|require)\(\s*)["']([^"']+)["']/gm;

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? "");
}

/** `@scope/name/deep/path` or `name/deep/path` without the path; undefined for files and `node:` modules. */
export function packageOf(specifier: string): string | undefined {
  if (/^[./]|^node:/.test(specifier)) return undefined;
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

/** Where a relative import leads, from the root. */
export function targetOf(file: SourceFile, specifier: string): string {
  return relative(ROOT, resolve(ROOT, dirname(file.path), specifier));
}
