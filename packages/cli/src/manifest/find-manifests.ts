import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CliError } from "../cli-error.ts";

export const MANIFEST_FILE = "sluice.yaml";

/** Whose form a file has: ours, AWS SAM's or the Serverless Framework's. */
export type ManifestForm = "sluice" | "sam" | "serverless";

export interface FoundManifest {
  /** Absolute. */
  readonly file: string;
  readonly form: ManifestForm;
}

const SAM_FILES = ["template.yaml", "template.yml", "template.json"];
const SERVERLESS_FILES = ["serverless.yml", "serverless.yaml", "serverless.json"];
/** Other names that projects have, and what to do about them. */
const ADVICE: Readonly<Record<string, string>> = {
  "sluice.yml": `Rename sluice.yml to ${MANIFEST_FILE}.`,
  "sluice.json": `Rename sluice.json to ${MANIFEST_FILE}.`,
  "serverless.ts": "Write serverless.ts as YAML with 'npx serverless print > serverless.yml'.",
  "serverless.js": "Write serverless.js as YAML with 'npx serverless print > serverless.yml'.",
};
const SAM_TRANSFORM = "AWS::Serverless-2016-10-31";
/** How far into a file its transform is looked for. */
const SEARCHED_BYTES = 1_000_000;

/**
 * Manifests under a path: the file itself, a folder's own one, or else those of its subfolders. In a folder a
 * `sluice.yaml` comes before a SAM template, and that before a `serverless.yml`.
 *
 * @throws CliError there is none
 */
export function findManifests(path: string, cwd: string): FoundManifest[] {
  const target = resolve(cwd, path);
  if (!existsSync(target)) {
    throw new CliError(
      `There is no file or folder ${target}.`,
      "Name a folder with a sluice.yaml, or the file itself.",
    );
  }
  if (statSync(target).isFile()) return [{ file: target, form: formOf(target) }];
  const own = manifestIn(target);
  if (own !== undefined) return [own];
  const below = readdirSync(target, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .map((entry) => manifestIn(join(target, entry.name)))
    .filter((found) => found !== undefined)
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  if (below.length > 0) return below;
  const misnamed = Object.keys(ADVICE).find((name) => existsSync(join(target, name)));
  throw new CliError(
    `There is no ${MANIFEST_FILE}, SAM template or serverless.yml in ${target} or in a folder directly below it.`,
    ADVICE[misnamed ?? ""] ?? "Write one with 'npx sluice init', or name its folder.",
  );
}

function manifestIn(folder: string): FoundManifest | undefined {
  const fileOf = (names: readonly string[]): string | undefined =>
    names.map((name) => join(folder, name)).find((file) => existsSync(file) && statSync(file).isFile());
  const sluice = fileOf([MANIFEST_FILE]);
  if (sluice !== undefined) return { file: sluice, form: "sluice" };
  const template = fileOf(SAM_FILES);
  if (template !== undefined && isSamTemplate(template)) return { file: template, form: "sam" };
  const serverless = fileOf(SERVERLESS_FILES);
  return serverless === undefined ? undefined : { file: serverless, form: "serverless" };
}

/** Of a file that is named: its own name may be any. */
function formOf(file: string): ManifestForm {
  if (isSamTemplate(file)) return "sam";
  return /^serverless\b.*\.(ya?ml|json)$/.test(basename(file)) ? "serverless" : "sluice";
}

function isSamTemplate(file: string): boolean {
  const start = Buffer.alloc(Math.min(statSync(file).size, SEARCHED_BYTES));
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, start);
  } finally {
    closeSync(descriptor);
  }
  return start.includes(SAM_TRANSFORM);
}
