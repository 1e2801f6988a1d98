import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./source-tree.ts";

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

describe("the lock file", () => {
  // A registry may offer a tool's build for one system before those for the others. A lock made from such a version
  // is refused by `npm ci` everywhere: pin the newest version whose builds are all there.
  test("holds the builds for every system of each package that has one build a system", () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as LockFile;
    const locked = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)));
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !locked.has(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(locked.size).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});
