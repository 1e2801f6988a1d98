import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { readYaml } from "../../manifest/yaml-source.ts";
import { CLOUDFORMATION_TAGS, lengthenTags } from "../cloudformation-tags.ts";

/** What a variable such as `${file(./config.yml):key}` refers to. */
export type IncludedFile = { readonly document: unknown } | { readonly why: string };

const LARGEST_FILE = 1_000_000;
const MOST_FILES = 100;

/** Reads YAML and JSON, each file once; paths count from the folder of the `serverless.yml`. Code is not run. */
export function fileReader(folder: string): (path: string) => IncludedFile {
  const files = new Map<string, IncludedFile>();
  return (path) => {
    const file = resolve(folder, path);
    const before = files.get(file);
    if (before !== undefined) return before;
    if (files.size >= MOST_FILES) return { why: `more than ${MOST_FILES} files are referred to` };
    const read = readIncluded(file);
    files.set(file, read);
    return read;
  };
}

function readIncluded(file: string): IncludedFile {
  if (!/\.(ya?ml|json)$/.test(file))
    return { why: `${file} is not YAML or JSON; write the value, or its default, here` };
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) return { why: `there is no file ${file}` };
  if (found.size > LARGEST_FILE) return { why: `${file} is ${found.size} bytes; at most ${LARGEST_FILE} are read` };
  const source = readYaml(file, readFileSync(file, "utf8"), { customTags: [...CLOUDFORMATION_TAGS], merge: true });
  const [fault] = source.faults;
  if (fault !== undefined) return { why: `${file}:${fault.line} ${fault.message}` };
  try {
    lengthenTags(source.document);
    return { document: source.toJs() };
  } catch (error) {
    // Aliases that multiply without end.
    return { why: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
