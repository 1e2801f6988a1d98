import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./source-tree.ts";

interface LockedPackage {
  /** Done without where it cannot be installed, and then so are its builds. */
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

describe("the lock file", () => {
  // A registry may offer a tool's build for one system before those for the others. A lock made from such a version
  // is refused by `npm ci` everywhere: pin the newest version whose builds are all there.
  test("holds the builds for every system of each package that has one build a system", () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as LockFile;
    const locked = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)));
    const missing = Object.entries(packages).flatMap(([path, { optional = false, optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !optional && !locked.has(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(locked.size).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});
