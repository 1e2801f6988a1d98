import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import {
  type FunctionOptions,
  type FunctionOptionsInput,
  type Manifest,
  type ManifestFault,
  parseManifest,
  toTriggers,
  type Trigger,
} from "@sluice/core";
import { interpolate } from "./interpolate.ts";
import { expectation, findUnknownKeys, type ManifestSchema, manifestSchema, schemaAt } from "./schema-guide.ts";
import type { SourceFault } from "./source-fault.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

/** One function of a manifest, ready to be bundled. */
export interface ManifestFunction {
  readonly name: string;
  /** What the manifest says without the entry; sent to the platform as it is. */
  readonly options: FunctionOptionsInput;
  /** The same with defaults filled in. */
  readonly settings: FunctionOptions;
  readonly triggers: readonly Trigger[];
  /** Absolute. */
  readonly entry: string;
  /** Folder of the manifest, absolute. */
  readonly folder: string;
  /** A fault at a place inside the function (`["memoryMb"]`), or at its name. */
  readonly faultAt: (path: readonly (string | number)[], message: string) => SourceFault;
}

export interface LoadedManifest {
  /** As shown: relative to where the command runs. */
  readonly file: string;
  readonly functions: readonly ManifestFunction[];
  readonly faults: readonly SourceFault[];
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
  if (source.faults.length > 0) return { file: shown, functions: [], faults: source.faults };
  const read = readDocument(source);
  if (!read.ok) return { file: shown, functions: [], faults: [read.fault] };
  const filled = interpolate(read.document, env);
  const parsed = parseManifest(filled.document);
  const faults = [
    ...filled.faults.map((fault) => source.faultAt(fault.path, fault.message)),
    ...schemaFaults(source, parsed.ok ? [] : parsed.faults),
  ];
  if (!parsed.ok) return { file: shown, functions: [], faults };
  const functions = readFunctions({ source, input: filled.document as ManifestInput, manifest: parsed.value, file });
  return { file: shown, functions, faults: [...faults, ...functions.flatMap(checkEntry), ...repeatedTriggers(functions)] };
}

interface ManifestInput {
  readonly functions: Readonly<Record<string, FunctionOptionsInput & { readonly entry: string }>>;
}

type ReadDocument =
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly fault: SourceFault };

function readDocument(source: YamlSource): ReadDocument {
  if (source.root === null) {
    return { ok: false, fault: source.faultAt([], "the file is empty; write 'functions:' and run 'npx sluice init' for an example") };
  }
  try {
    return { ok: true, document: source.toJs() };
  } catch (error) {
    // Aliases that multiply without end, or that point nowhere.
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, fault: source.faultAt([], `cannot be read: ${reason}`) };
  }
}

/** What the schema found, in words that say what to write. */
function schemaFaults(source: YamlSource, found: readonly ManifestFault[]): SourceFault[] {
  const schema = manifestSchema();
  const unknown = findUnknownKeys(source, schema);
  const parents = new Set(unknown.map(({ path }) => JSON.stringify(path.slice(0, -1))));
  const known = found.filter(({ path, message }) => {
    // Both follow from the unknown key, which has a fault of its own.
    if (message.startsWith("Unrecognized key")) return false;
    return !(message.startsWith("must have exactly one of") && parents.has(JSON.stringify(path)));
  });
  return [
    ...unknown.map(({ path, message }) => source.faultAtKey(path, message)),
    ...known.map((fault) => placeFault(source, schema, fault)),
    ...unusableNames(source),
  ];
}

function placeFault(source: YamlSource, schema: ManifestSchema, { path, message }: ManifestFault): SourceFault {
  if (message === "Invalid key in record") {
    const what = path.at(-2) === "environment" ? "letters, digits and '_', no digit first" : "1 to 64 letters, digits, '-' or '_'";
    return source.faultAtKey(path, `is not a legal name; it must be ${what}`);
  }
  if (!/^(Invalid|Too (small|big))/.test(message)) return source.faultAt(path, message);
  if (message.endsWith("received undefined")) return source.faultAt(path, "is missing");
  const at = schemaAt(schema, path);
  return source.faultAt(path, (at && expectation(at)) ?? message);
}

/** A parser of ours would silently drop this one. */
function unusableNames(source: YamlSource): SourceFault[] {
  const document = source.toJs() as { functions?: unknown } | null;
  const functions = document?.functions;
  if (typeof functions !== "object" || functions === null || !Object.hasOwn(functions, "__proto__")) return [];
  return [source.faultAtKey(["functions", "__proto__"], "cannot be the name of a function; choose another")];
}

interface ReadFunctionsParams {
  readonly source: YamlSource;
  readonly input: ManifestInput;
  readonly manifest: Manifest;
  readonly file: string;
}

function readFunctions({ source, input, manifest, file }: ReadFunctionsParams): ManifestFunction[] {
  const folder = dirname(file);
  return Object.entries(manifest.functions).map(([name, { entry, ...settings }]) => {
    const { entry: _entry, ...options } = input.functions[name] ?? { entry };
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

function checkEntry({ entry, faultAt }: ManifestFunction): SourceFault[] {
  if (!existsSync(entry)) return [faultAt(["entry"], `there is no file ${entry}; the path counts from the manifest's folder`)];
  if (!statSync(entry).isFile()) return [faultAt(["entry"], `${entry} is not a file; name the file that exports the handler`)];
  return [];
}

/** Two triggers of one type and name would share an address. */
export function repeatedTriggers(functions: readonly ManifestFunction[]): SourceFault[] {
  const owners = new Map<string, string>();
  const faults: SourceFault[] = [];
  for (const { name, triggers, faultAt } of functions) {
    for (const [index, trigger] of triggers.entries()) {
      const key = `${trigger.type} ${trigger.name}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, name);
      else {
        const advice = trigger.type === "http" ? "remove it" : "give it another 'name'";
        const message = `'${owner}' already has the ${trigger.type} trigger '${trigger.name}'; ${advice}`;
        faults.push(faultAt(["triggers", index], message));
      }
    }
  }
  return faults;
}
