import type { ManifestPath } from "../../manifest/yaml-source.ts";
import { type CloudScope, cloudPlace, STEPS_PER_FILE } from "../cloud-scope.ts";
import type { Findings, Resolution } from "../findings.ts";
import type { ForeignContext } from "../foreign-context.ts";
import type { FunctionDraft } from "../function-draft.ts";
import { resolveIntrinsics } from "../intrinsics.ts";
import { isMapping, type Mapping, readMapping, readText } from "../mapping.ts";
import { fileReader } from "./included-file.ts";
import { readServerlessFunction } from "./serverless-function.ts";
import { resolveVariables, stageOf, type VariableScope } from "./variables.ts";

/** A whole `serverless.yml`, as its functions read it. */
export interface ServerlessService {
  readonly provider: Mapping;
  readonly nameOf: (key: string) => Resolution;
  /** Fills in variables, and then CloudFormation's functions. */
  readonly resolve: (value: unknown) => Resolution;
}

/** Read for variables, or of no consequence for what runs. */
const SILENT = new Set(
  [
    "service provider functions params stages custom frameworkVersion configValidationMode",
    "variablesResolutionMode deprecationNotificationMode disabledDeprecations org app console",
  ].flatMap((names) => names.split(" ")),
);

const REASONS: Readonly<Record<string, string>> = {
  plugins: "are not run",
  package: "has no counterpart: each function is bundled with what it imports",
  resources: "are not made by Sluice",
  useDotenv: "is not read; set the variables in the environment",
};

const PROVIDER_READ = new Set(
  [
    "name runtime stage region memorySize timeout environment profile httpApi deploymentMethod",
    "deploymentBucket stackName architecture versionFunctions",
  ].flatMap((names) => names.split(" ")),
);

/** One of `functions`, as it is written. */
export interface WrittenFunction {
  readonly key: string;
  readonly written: Mapping;
  readonly path: ManifestPath;
}

/** The functions of a Serverless Framework service. */
export function readServerlessService(document: Mapping, context: ForeignContext): FunctionDraft[] {
  const { findings } = context;
  const variables = baseVariables(document, context);
  const provider = readProvider(document, variables, context);
  if (provider["name"] !== "aws") {
    findings.fault(["provider", "name"], "must be 'aws'; functions of other providers have another form");
    return [];
  }
  skipSections(document, provider, context);
  const functions = functionsOf(document, variables, context);
  const service = serviceOf({ document, provider, functions, context, variables: located(variables, provider) });
  return functions.flatMap((fn) => readServerlessFunction(fn, service, context) ?? []);
}

/** `provider: aws` is short for its name alone. */
function readProvider(document: Mapping, variables: VariableScope, { findings }: ForeignContext): Mapping {
  const written = fromVariable(document["provider"], ["provider"], variables, findings);
  return typeof written === "string" ? { name: written } : readMapping(written, ["provider"], findings);
}

/** A mapping, or a list of mappings; each of them, and each function, may stand in another file. */
function functionsOf(document: Mapping, variables: VariableScope, { findings }: ForeignContext): WrittenFunction[] {
  const mapping = (value: unknown, path: ManifestPath): Mapping =>
    readMapping(fromVariable(value, path, variables, findings), path, findings);
  const read = (value: unknown, path: ManifestPath): WrittenFunction[] =>
    Object.entries(mapping(value, path)).map(([key, written]) => ({
      key,
      written: mapping(written, [...path, key]),
      path: [...path, key],
    }));
  const functions = document["functions"];
  if (!Array.isArray(functions)) return read(functions, ["functions"]);
  return functions.flatMap((item, index) => read(item, ["functions", index]));
}

function fromVariable(written: unknown, path: ManifestPath, variables: VariableScope, findings: Findings): unknown {
  return typeof written === "string" ? findings.take(path, resolveVariables(written, variables)) : written;
}

function skipSections(document: Mapping, provider: Mapping, { findings }: ForeignContext): void {
  for (const name of Object.keys(document)) {
    if (SILENT.has(name)) continue;
    const list = document[name];
    const names = name === "plugins" && Array.isArray(list) ? `${list.join(", ")}: ` : "";
    findings.skip([name], `${names}${REASONS[name] ?? "has no counterpart in Sluice"}`);
  }
  for (const name of Object.keys(provider)) {
    if (!PROVIDER_READ.has(name)) findings.skip(["provider", name], "has no counterpart in Sluice");
  }
}

interface ServiceParts {
  readonly document: Mapping;
  readonly provider: Mapping;
  readonly functions: readonly WrittenFunction[];
  readonly context: ForeignContext;
  readonly variables: VariableScope;
}

function serviceOf({ document, provider, functions, context, variables }: ServiceParts): ServerlessService {
  const { findings } = context;
  const title = isMapping(document["service"]) ? document["service"]["name"] : document["service"];
  if (title === undefined) findings.fault(["service"], "is missing; the names of functions begin with it");
  const text = (path: ManifestPath, value: Resolution): string =>
    readText(findings.take(path, value), path, findings) ?? "";
  const service = text(["service"], resolveVariables(title, variables));
  const prefix = `${service}-${text(["provider", "stage"], stageOf(variables))}`;
  const names = new Map(functions.map(({ key, written }) => [key, written["name"] ?? `${prefix}-${key}`]));
  const nameOf = (key: string): Resolution => resolveVariables(names.get(key), variables);
  const resources = isMapping(document["resources"]) ? document["resources"]["Resources"] : undefined;
  const scope: CloudScope = {
    parameters: {},
    conditions: {},
    mappings: {},
    resources: { ...(isMapping(resources) ? resources : {}), ...Object.fromEntries(logicalIds(functions)) },
    params: context.params,
    place: { ...variables.place, stackName: prefix },
    functionName: (id) => {
      const key = logicalIds(functions).get(id);
      return key === undefined ? undefined : nameOf(key);
    },
    steps: variables.steps,
  };
  const resolve = (value: unknown): Resolution => {
    const filled = resolveVariables(value, variables);
    return filled.ok ? resolveIntrinsics(filled.value, scope) : filled;
  };
  return { provider, nameOf, resolve };
}

function baseVariables(document: Mapping, { env, stage, params, folder }: ForeignContext): VariableScope {
  const steps = { left: STEPS_PER_FILE };
  return { document, env, stage, params, place: cloudPlace(env, ""), steps, readFile: fileReader(folder) };
}

/** The provider's region counts, once it is worked out. */
function located(variables: VariableScope, provider: Mapping): VariableScope {
  const { place } = variables;
  const region = resolveVariables(provider["region"] ?? place.region, variables);
  if (!region.ok || typeof region.value !== "string") return variables;
  return { ...variables, place: { ...place, region: region.value } };
}

/** What the framework calls functions in the stack that it makes: `hello` is `HelloLambdaFunction`. */
function logicalIds(functions: readonly WrittenFunction[]): Map<string, string> {
  return new Map(
    functions.map(({ key }) => {
      const id = key.replaceAll("-", "Dash").replaceAll("_", "Underscore");
      return [`${id.charAt(0).toUpperCase()}${id.slice(1)}LambdaFunction`, key];
    }),
  );
}
