import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { type FunctionOptionsInput, type Manifest, parseManifest, toTriggers } from "@sluice/core";
import type { Skipped } from "../foreign/findings.ts";
import { interpolate } from "./interpolate.ts";
import { checkEntry, type ManifestFunction, repeatedTriggers } from "./manifest-function.ts";
import { schemaFaults } from "./schema-faults.ts";
import type { SourceFault } from "./source-fault.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

export interface LoadedManifest {
  /** As shown: relative to where the command runs. */
  readonly file: string;
  readonly functions: readonly ManifestFunction[];
  readonly faults: readonly SourceFault[];
  /** What the file says and Sluice has no use for; a `sluice.yaml` has nothing of the kind. */
  readonly skipped: readonly Skipped[];
}

export interface LoadManifestOptions {
  readonly file: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads a `sluice.yaml` and finds everything wrong with it at once. */
export function loadManifest({ file, cwd, env }: LoadManifestOptions): LoadedManifest {
  const shown = relative(cwd, file) || file;
  const source = readYaml(shown, readFileSync(file, "utf8"));
  if (source.faults.length > 0) return { file: shown, functions: [], faults: source.faults, skipped: [] };
  const read = readDocument(source);
  if (!read.ok) return { file: shown, functions: [], faults: [read.fault], skipped: [] };
  const filled = interpolate(read.document, env);
  const parsed = parseManifest(filled.document);
  const faults = [
    ...filled.faults.map((fault) => source.faultAt(fault.path, fault.message)),
    ...schemaFaults(source, parsed.ok ? [] : parsed.faults),
  ];
  const input = filled.document as Partial<ManifestInput> | null;
  const manifest = parsed.ok ? parsed.value : salvage(input);
  const functions = readFunctions({ source, functions: input?.functions ?? {}, manifest, file });
  return {
    file: shown,
    functions,
    faults: [...faults, ...functions.flatMap(checkEntry), ...repeatedTriggers(functions)],
    skipped: [],
  };
}

/**
 * What can still be bundled of a manifest with faults, so that faults of the code show together with them: functions
 * that are right by themselves, and of the others as much as names their code. None of it is ever deployed.
 */
function salvage(input: Partial<ManifestInput> | null): Manifest {
  const functions: Manifest["functions"] = {};
  if (typeof input?.functions !== "object" || input.functions === null) return { functions };
  for (const [name, fn] of Object.entries(input.functions)) {
    const { entry, handler } = (fn ?? {}) as { entry?: unknown; handler?: unknown };
    for (const candidate of [fn, { entry, ...(handler === undefined ? {} : { handler }) }, { entry }]) {
      const parsed = parseManifest({ functions: { [name]: candidate } });
      if (!parsed.ok) continue;
      Object.assign(functions, parsed.value.functions);
      break;
    }
  }
  return { functions };
}

interface ManifestInput {
  readonly functions: Readonly<Record<string, FunctionOptionsInput & { readonly entry: string }>>;
}

type ReadDocument =
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly fault: SourceFault };

function readDocument(source: YamlSource): ReadDocument {
  if (source.root === null) {
    return {
      ok: false,
      fault: source.faultAt([], "the file is empty; write 'functions:' and run 'npx sluice init' for an example"),
    };
  }
  try {
    return { ok: true, document: source.toJs() };
  } catch (error) {
    // Aliases that multiply without end, or that point nowhere.
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, fault: source.faultAt([], `cannot be read: ${reason}`) };
  }
}

interface ReadFunctionsParams {
  readonly source: YamlSource;
  readonly functions: ManifestInput["functions"];
  readonly manifest: Manifest;
  readonly file: string;
}

function readFunctions({ source, functions, manifest, file }: ReadFunctionsParams): ManifestFunction[] {
  const folder = dirname(file);
  return Object.entries(manifest.functions).map(([name, { entry, ...settings }]) => {
    const { entry: _entry, ...options } = functions[name] ?? { entry };
    return {
      name,
      options,
      settings,
      triggers: toTriggers(name, settings),
      entry: resolve(folder, entry),
      folder,
      faultAt: (path, message) =>
        path.length === 0
          ? source.faultAtKey(["functions", name], message)
          : source.faultAt(["functions", name, ...path], message),
    };
  });
}
