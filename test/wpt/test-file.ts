import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export interface TestFile {
  /** Relative to the folder that was asked for. */
  readonly name: string;
  readonly title: string | undefined;
  /** Queries under which the file runs, "" when it names none. */
  readonly variants: readonly string[];
  /** The scripts that the file asks for, and the file, as one script. */
  readonly script: string;
}

const TEST_FILE = /\.(any|window|worker)\.js$/;
const META = /^\/\/ META: *(\w+)=(.*)$/;

/** Every test file under a folder, or the one that `path` names, in the order of their names. */
export function findTestFiles(path: string): readonly string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => TEST_FILE.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** @throws Error naming the file whose META asks for a script that is not there */
export function readTestFile(path: string, root: string): TestFile {
  const source = readFileSync(path, "utf8");
  const meta = metaOf(source);
  const scripts = meta.filter(([key]) => key === "script").map(([, value]) => readScript(value, path, root));
  const variants = meta.filter(([key]) => key === "variant").map(([, value]) => value);
  return {
    name: relative(root, path),
    title: meta.find(([key]) => key === "title")?.[1],
    variants: variants.length === 0 ? [""] : variants,
    script: [...scripts, source].join("\n;\n"),
  };
}

/** The lines at the file's head; the first that is no META ends it. */
function metaOf(source: string): [key: string, value: string][] {
  const found: [string, string][] = [];
  for (const line of source.split("\n")) {
    const match = META.exec(line.trim());
    if (match === null) break;
    found.push([match[1] ?? "", (match[2] ?? "").trim()]);
  }
  return found;
}

/** An absolute script is looked for from the test's folder upwards: the root of the suite may lie above `root`. */
function readScript(script: string, testPath: string, root: string): string {
  const folder = dirname(resolve(testPath));
  if (!script.startsWith("/")) return readOrExplain(join(folder, script), testPath);
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    const candidate = join(above, script);
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return readFileSync(candidate, "utf8");
  }
  return readOrExplain(join(root, script), testPath);
}

function readOrExplain(path: string, testPath: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Error(
      `${testPath}: its META asks for ${path}, which cannot be read: fetch that folder of the suite too`,
      {
        cause,
      },
    );
  }
}
