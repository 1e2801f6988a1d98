import { readFileSync, statSync } from "node:fs";
import { dirname, relative } from "node:path";
import { type FunctionOptionsInput, LIMITS, parseManifest, toTriggers } from "@sluice/core";
import type { LoadedManifest } from "../manifest/load-manifest.ts";
import { checkEntry, type ManifestFunction, repeatedTriggers } from "../manifest/manifest-function.ts";
import { describeFault } from "../manifest/schema-faults.ts";
import { manifestSchema } from "../manifest/schema-guide.ts";
import { type ManifestPath, readYaml, type YamlSource } from "../manifest/yaml-source.ts";
import { CLOUDFORMATION_TAGS, lengthenTags } from "./cloudformation-tags.ts";
import { Findings } from "./findings.ts";
import type { ForeignContext } from "./foreign-context.ts";
import type { FunctionDraft } from "./function-draft.ts";
import { isMapping, type Mapping } from "./mapping.ts";
import { readSamTemplate } from "./sam/sam-template.ts";
import { readServerlessService } from "./serverless/serverless-service.ts";

export interface LoadForeignOptions extends Omit<ForeignContext, "findings" | "folder"> {
  readonly file: string;
  readonly form: "sam" | "serverless";
  readonly cwd: string;
}

/** CloudFormation's own limit for a template, which nobody writes by hand. */
const LARGEST_FILE = 1_000_000;

const READERS: Readonly<Record<LoadForeignOptions["form"], typeof readSamTemplate>> = {
  sam: readSamTemplate,
  serverless: readServerlessService,
};

/** Reads what a SAM template or a `serverless.yml` shares with Sluice, all its faults, and what it leaves out. */
export function loadForeign({ file, form, cwd, ...context }: LoadForeignOptions): LoadedManifest {
  const shown = relative(cwd, file) || file;
  const bytes = statSync(file).size;
  if (bytes > LARGEST_FILE)
    return onlyFaults(shown, readYaml(shown, ""), `is ${bytes} bytes; at most ${LARGEST_FILE} are read`);
  const source = readYaml(shown, readFileSync(file, "utf8"), { customTags: [...CLOUDFORMATION_TAGS], merge: true });
  if (source.faults.length > 0) return { file: shown, functions: [], faults: source.faults, skipped: [] };
  const document = readDocument(source);
  if (typeof document === "string") return onlyFaults(shown, source, document);
  const findings = new Findings(source);
  const folder = dirname(file);
  const drafts = READERS[form](document, { ...context, findings, folder });
  if (drafts.length === 0 && findings.faults.length === 0) findings.fault([], "has no function that Sluice can run");
  const functions = drafts.flatMap((draft) => finish(draft, { source, findings, folder }) ?? []);
  const faults = [
    ...findings.faults,
    ...functions.flatMap(checkEntry),
    ...repeatedNames(functions),
    ...repeatedTriggers(functions),
  ];
  return { file: shown, functions, faults, skipped: findings.skipped };
}

function onlyFaults(file: string, source: YamlSource, message: string): LoadedManifest {
  return { file, functions: [], faults: [source.faultAt([], message)], skipped: [] };
}

function readDocument(source: YamlSource): Mapping | string {
  try {
    lengthenTags(source.document);
    const document = source.toJs();
    return isMapping(document) ? document : "must be a mapping";
  } catch (error) {
    // Aliases that multiply without end.
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Both formats count in seconds what the manifest counts in milliseconds. */
const IN_SECONDS: Readonly<Record<string, string>> = {
  timeoutMs: `must be a whole number of seconds from 1 to ${LIMITS.timeoutMsMax / 1_000}`,
  "retry.maxEventAgeMs": `must be a whole number of seconds from ${LIMITS.eventAgeMsMin / 1_000} to ${LIMITS.eventAgeMsMax / 1_000}`,
};

interface FinishContext {
  readonly source: YamlSource;
  readonly findings: Findings;
  readonly folder: string;
}

/** The draft as a function of a manifest; what the manifest's own rules refuse is shown where it came from. */
function finish(draft: FunctionDraft, { source, findings, folder }: FinishContext): ManifestFunction | undefined {
  const { name } = draft;
  const document = draft.document();
  const faultAt = (path: ManifestPath, message: string) =>
    path.length === 0 ? source.faultAtKey(draft.placeOf([]), message) : source.faultAt(draft.placeOf(path), message);
  // Without an entry there is a fault that says so already.
  const checked = document["entry"] === undefined ? { ...document, entry: "-" } : document;
  const parsed = parseManifest({ functions: { [name]: checked } });
  if (!parsed.ok) {
    for (const fault of parsed.faults) {
      const path = fault.path.slice(2);
      const message = IN_SECONDS[path.join(".")] ?? describeFault(manifestSchema(), fault).message;
      findings.faults.push(faultAt(path, message));
    }
    return undefined;
  }
  const settings = Object.hasOwn(parsed.value.functions, name) ? parsed.value.functions[name] : undefined;
  if (settings === undefined) findings.faults.push(faultAt([], "cannot be the name of a function; choose another"));
  if (settings === undefined || document["entry"] === undefined) return undefined;
  const { entry, ...options } = document as FunctionOptionsInput & { readonly entry: string };
  return { name, options, settings, triggers: toTriggers(name, settings), entry, folder, faultAt };
}

/** Names that are written out may be the same. */
function repeatedNames(functions: readonly ManifestFunction[]) {
  const names = new Set<string>();
  return functions.flatMap(({ name, faultAt }) => {
    if (names.has(name))
      return [faultAt([], `'${name}' is also the name of another function in this file; rename one`)];
    names.add(name);
    return [];
  });
}
