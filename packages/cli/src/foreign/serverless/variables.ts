import type { CloudPlace } from "../cloud-scope.ts";
import type { Resolution } from "../findings.ts";
import { isMapping, type Mapping, toText } from "../mapping.ts";
import type { IncludedFile } from "./included-file.ts";
import { parseVariables } from "./variable-text.ts";

export interface VariableScope {
  /** The whole file, as it is written. */
  readonly document: Mapping;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--stage`. */
  readonly stage: string | undefined;
  /** `--param`. */
  readonly params: ReadonlyMap<string, string>;
  readonly place: Pick<CloudPlace, "accountId" | "region">;
  /** The document in another file, or why there is none. */
  readonly readFile: (path: string) => IncludedFile;
  /** What is left of the work that one file may ask for. */
  readonly steps: { left: number };
}

const DEEPEST = 50;
const LONGEST_TEXT = 64 * 1024;

/** Fills in `${…}` in a value, as far as the file, the command line and the deployer's environment tell. */
export function resolveVariables(value: unknown, scope: VariableScope, depth = 0): Resolution {
  scope.steps.left -= 1;
  if (depth > DEEPEST || scope.steps.left < 0) return fault("is nested too deeply, or refers to itself");
  if (typeof value === "string") return resolveText(value, scope, depth + 1);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const result = resolveVariables(item, scope, depth + 1);
      if (!result.ok) return result;
      items.push(result.value);
    }
    return given(items);
  }
  if (!isMapping(value)) return given(value);
  const resolved: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const result = resolveVariables(item, scope, depth + 1);
    if (!result.ok) return result;
    resolved[key] = result.value;
  }
  return given(resolved);
}

/** A variable that is the whole text keeps its type; among other text it must be text itself. */
function resolveText(text: string, scope: VariableScope, depth: number): Resolution {
  if (!text.includes("${")) return given(text);
  const parts = parseVariables(text);
  const [first] = parts;
  if (parts.length === 1 && first !== undefined && "sources" in first) {
    return resolveSources(first.variable, first.sources, scope, depth);
  }
  let filled = "";
  for (const part of parts) {
    if ("text" in part) filled += part.text;
    else {
      const result = resolveSources(part.variable, part.sources, scope, depth);
      if (!result.ok) return result;
      if (typeof result.value === "object") return fault(`'${part.variable}' is not text, and stands among text`);
      filled += toText(result.value);
    }
    if (filled.length > LONGEST_TEXT) return fault("is too long");
  }
  return given(filled);
}

/** The first source that has a value; a fault that names what all of them lack. */
function resolveSources(variable: string, sources: readonly string[], scope: VariableScope, depth: number): Resolution {
  let why = "";
  for (const written of sources) {
    const source = resolveText(written, scope, depth + 1);
    if (!source.ok) return source;
    const answer = readSource(String(source.value), scope, depth);
    if ("failure" in answer) return answer.failure;
    if ("value" in answer) return given(answer.value);
    why ||= answer.why;
  }
  return fault(`'${variable}' has no value: ${why}`);
}

type Answer = { readonly value: unknown } | { readonly failure: Resolution } | { readonly why: string };

const LITERALS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

function readSource(source: string, scope: VariableScope, depth: number): Answer {
  const quoted = /^'([^']*)'$|^"([^"]*)"$/.exec(source);
  if (quoted !== null) return { value: quoted[1] ?? quoted[2] };
  if (Object.hasOwn(LITERALS, source)) return { value: LITERALS[source] };
  if (/^-?\d+(\.\d+)?$/.test(source)) return { value: Number(source) };
  const file = /^file\(([^)]+)\)(?::(.*))?$/.exec(source);
  if (file !== null) return readIncluded(file[1] ?? "", file[2] ?? "", scope, depth);
  const [, type = "", address = ""] = /^([a-zA-Z]+)(?:\([^)]*\))?:(.*)$/s.exec(source) ?? [];
  const read = SOURCES[type];
  if (read !== undefined) return read(address, scope, depth);
  return {
    why: `'${source}' is known to AWS or a plugin alone; add a default as in \${…, 'value'}, or use \${env:NAME}`,
  };
}

function readIncluded(path: string, address: string, scope: VariableScope, depth: number): Answer {
  const file = scope.readFile(path.trim());
  if ("why" in file) return file;
  const written = address === "" ? file.document : memberAt(file.document, address);
  if (written === undefined || written === null) return { why: `${path} has no '${address}'` };
  const result = resolveVariables(written, scope, depth + 1);
  return result.ok ? { value: result.value } : { failure: result };
}

const SOURCES: Readonly<Record<string, (address: string, scope: VariableScope, depth: number) => Answer>> = {
  self: (address, scope, depth) => {
    const written = memberAt(scope.document, address);
    if (written === undefined) return { why: `the file has no '${address}'` };
    const result = resolveVariables(written, scope, depth + 1);
    return result.ok ? { value: result.value } : { failure: result };
  },
  opt: (address, scope, depth) => {
    if (address === "stage" && scope.stage !== undefined) return { value: scope.stage };
    const option = scope.params.get(address);
    if (option !== undefined) return { value: option };
    if (address === "region") return SOURCES["aws"]?.("region", scope, depth) ?? { why: "" };
    return { why: `give it with ${address === "stage" ? "--stage" : `--param ${address}=…`}` };
  },
  env: (address, { env }) => {
    const value = env[address];
    if (value !== undefined) return { value };
    return { why: `set the environment variable '${address}', or write \${env:${address}, 'default'}` };
  },
  sls: (address, scope, depth) => {
    if (address !== "stage") return { why: "of 'sls:' only 'sls:stage' is known; write the value" };
    const result = stageOf(scope, depth + 1);
    return result.ok ? { value: result.value } : { failure: result };
  },
  param: (address, scope, depth) => {
    const option = scope.params.get(address);
    if (option !== undefined) return { value: option };
    return parameterOf(address, scope, depth);
  },
  aws: (address, { place }) => {
    if (address === "region") return { value: place.region };
    if (address === "accountId") return { value: place.accountId };
    return { why: "of 'aws:' only region and accountId are known; write the value" };
  },
};

/** The stage of the command line, else the provider's, else the framework's own default. */
export function stageOf(scope: VariableScope, depth = 0): Resolution {
  if (scope.stage !== undefined) return given(scope.stage);
  const written = memberAt(scope.document, "provider.stage");
  return written === undefined ? given("dev") : resolveVariables(written, scope, depth + 1);
}

/** Parameters of the stage, then those of every stage, in both places where the framework keeps them. */
function parameterOf(name: string, scope: VariableScope, depth: number): Answer {
  const stage = stageOf(scope, depth + 1);
  if (!stage.ok) return { failure: stage };
  const chosen = String(stage.value);
  for (const parents of [
    ["stages", chosen, "params"],
    ["params", chosen],
    ["stages", "default", "params"],
    ["params", "default"],
  ]) {
    const written = memberOf(scope.document, [...parents, name]);
    if (written === undefined) continue;
    const result = resolveVariables(written, scope, depth + 1);
    return result.ok ? { value: result.value } : { failure: result };
  }
  return { why: `give it with --param ${name}=…, or a default in 'params'` };
}

function memberAt(document: unknown, address: string): unknown {
  return memberOf(document, address === "" ? [] : address.split("."));
}

function memberOf(document: unknown, keys: readonly string[]): unknown {
  let at: unknown = document;
  for (const key of keys) {
    if (Array.isArray(at)) at = (at as unknown[])[Number(key)];
    else at = isMapping(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function given(value: unknown): Resolution {
  return { ok: true, value };
}

function fault(reason: string): Resolution {
  return { ok: false, kind: "fault", reason };
}
