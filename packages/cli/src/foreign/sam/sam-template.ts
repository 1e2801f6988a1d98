import { basename } from "node:path";
import { type CloudScope, cloudPlace, STEPS_PER_FILE } from "../cloud-scope.ts";
import type { ForeignContext } from "../foreign-context.ts";
import type { FunctionDraft } from "../function-draft.ts";
import { resolveIntrinsics } from "../intrinsics.ts";
import { isMapping, type Mapping, readMapping, toText } from "../mapping.ts";
import { readSamFunction } from "./sam-function.ts";
import { hasAuthorizer, type SamTemplate, typeOf } from "./sam-resources.ts";

const FUNCTION = "AWS::Serverless::Function";

/** What other sections of a template are for, and why they do nothing here. */
const SECTIONS: Readonly<Record<string, string>> = {
  Outputs: "belong to a stack",
  Rules: "belong to a stack",
  Hooks: "belong to a stack",
};

/** The functions of an AWS SAM template. */
export function readSamTemplate(document: Mapping, context: ForeignContext): FunctionDraft[] {
  const { findings } = context;
  const resources = readMapping(document["Resources"], ["Resources"], findings);
  const globals = readMapping(document["Globals"], ["Globals"], findings);
  for (const section of Object.keys(globals)) {
    if (section !== "Function") findings.skip(["Globals", section], "sets up what Sluice does not make");
  }
  for (const [section, reason] of Object.entries(SECTIONS)) {
    if (document[section] !== undefined) findings.skip([section], reason);
  }
  const template: SamTemplate = {
    scope: scopeOf(document, resources, context),
    resources,
    globals: readMapping(globals["Function"], ["Globals", "Function"], findings),
    closedApis: hasAuthorizer(globals["Api"]) || hasAuthorizer(globals["HttpApi"]),
  };
  skipOthers(resources, context);
  return Object.keys(resources)
    .filter((id) => typeOf(resources[id]) === FUNCTION && applies(id, template, context))
    .flatMap((id) => readSamFunction(id, template, context) ?? []);
}

function scopeOf(document: Mapping, resources: Mapping, context: ForeignContext): CloudScope {
  const { findings, env, params, folder } = context;
  const section = (name: string): Mapping => readMapping(document[name], [name], findings);
  const scope: CloudScope = {
    parameters: section("Parameters"),
    conditions: section("Conditions"),
    mappings: section("Mappings"),
    resources,
    params,
    place: cloudPlace(env, basename(folder)),
    functionName: (id) => {
      const resource = resources[id];
      if (typeOf(resource) !== FUNCTION) return undefined;
      const properties = isMapping(resource) ? resource["Properties"] : undefined;
      const name = isMapping(properties) ? properties["FunctionName"] : undefined;
      return name === undefined ? { ok: true, value: id } : resolveIntrinsics(name, scope);
    },
    steps: { left: STEPS_PER_FILE },
  };
  return scope;
}

/** Whether the resource's `Condition` holds. */
function applies(id: string, { resources, scope }: SamTemplate, { findings }: ForeignContext): boolean {
  const resource = resources[id];
  const condition = isMapping(resource) ? resource["Condition"] : undefined;
  if (condition === undefined) return true;
  const path = ["Resources", id, "Condition"];
  const holds = findings.take(path, resolveIntrinsics({ Condition: condition }, scope));
  if (holds === false) findings.skip(["Resources", id], `the condition '${toText(condition)}' does not hold`);
  return holds === true;
}

function skipOthers(resources: Mapping, { findings }: ForeignContext): void {
  const byType = new Map<string, string[]>();
  for (const [id, resource] of Object.entries(resources)) {
    const type = typeOf(resource);
    if (type === undefined) findings.fault(["Resources", id], "must be a mapping with a 'Type'");
    else if (type !== FUNCTION) byType.set(type, [...(byType.get(type) ?? []), id]);
  }
  for (const [type, ids] of byType) {
    const names = ids.length === 1 ? "" : ` (${ids.length}: ${ids.join(", ")})`;
    const instead = /^AWS::Serverless::(Http)?Api$/.test(type)
      ? "is not made; functions answer at their own URLs"
      : "is not made by Sluice";
    findings.skip(["Resources", ids[0] ?? ""], `${type}${names} ${instead}`);
  }
}
