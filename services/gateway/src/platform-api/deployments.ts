import {
  type Deployment,
  type FunctionRef,
  LATEST,
  LIMITS,
  parseFunctionOptions,
  PlatformError,
  type Registry,
  toDeploymentChange,
  toDeploymentSettings,
  toFunctionConfig,
  toTriggers,
  type Trigger,
} from "@sluice/core";
import { z } from "zod";
import { checkOwnership, readCode, readSourceMap } from "./deployed-artifacts.ts";
import type { Component } from "./components.ts";
import { planDeployment } from "./deployment-plan.ts";
import { invalidDeployment } from "./invalid-deployment.ts";
import { defineOperation, NAME_PARAMS, type Operation, type PlatformApiDeps, reply } from "./operation.ts";

const DIGEST = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex")
  .optional();

const BODY = z
  .strictObject({
    options: z.unknown().optional(),
    code: z.string().optional().describe("The bundled code, or the program of the runtime 'wasi'; base64"),
    codeDigest: DIGEST.describe("Code of an earlier version of this function, instead of 'code'"),
    sourceMap: z
      .string()
      .optional()
      .describe("The code's source map (version 3), base64: traces and logs then name places in its sources"),
    sourceMapDigest: DIGEST.describe("Source map of an earlier version of this function, instead of 'sourceMap'"),
  })
  .refine((body) => (body.code === undefined) !== (body.codeDigest === undefined), "must have 'code' or 'codeDigest'")
  .refine(
    (body) => body.sourceMap === undefined || body.sourceMapDigest === undefined,
    "must have 'sourceMap' or 'sourceMapDigest', not both",
  );

/** Base64 takes four bytes for three; the rest is room for the options. */
const BODY_BYTES_MAX = Math.ceil((LIMITS.codeBytesMax + LIMITS.sourceMapBytesMax) / 3) * 4 + 256 * 1024;

export function putFunction(deps: PlatformApiDeps): Operation {
  const { registry, artifacts } = deps;
  return defineOperation({
    id: "putFunction",
    // It does what these three do, so whoever may do less than all of them may not.
    actions: ["lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"],
    method: "put",
    path: "/functions/{name}",
    summary: "Deploy a function: publishes a version when code or configuration changed, and sets its triggers",
    params: NAME_PARAMS,
    query: z.strictObject({ dryRun: z.enum(["true", "false"]).optional() }),
    body: { kind: "json", schema: BODY, limitBytes: () => BODY_BYTES_MAX },
    replies: {
      200: {
        description: "Deployed; with dryRun, what would change though nothing did",
        schemas: ["Deployed", "DeploymentPlan"],
      },
    },
    errors: ["Manifest.Invalid", "Trigger.NameTaken", "Request.TooLarge", "Request.InvalidJson"],
    async handle({ tenant, params, query, body }) {
      const ref = { tenant, name: params.name };
      const options = readOptions(ref, body.options ?? {});
      const code = readCode(body, options.config.runtime);
      const map = readSourceMap(body);
      const built = { codeDigest: code.digest, sourceMapDigest: map?.digest ?? null, upload: null };
      if (query.dryRun === "true") return reply(200, await plan(registry, ref, { ...built, codeBytes: 0, ...options }));
      const codeBytes = await checkOwnership(registry, ref, { code, map });
      // The artifacts first: a version must never point at code that is not there.
      for (const artifact of [map, code]) if (artifact?.bytes !== undefined) await artifacts.put(artifact.bytes);
      return reply(200, await deploy(deps, ref, { ...built, codeBytes, ...options }));
    },
  });
}

async function deploy(
  { registry, now, newId }: PlatformApiDeps,
  ref: FunctionRef,
  deployment: Deployment,
): Promise<Component<"Deployed">> {
  let triggersChanged = false;
  const { record, published } = await registry.change(ref, (before) => {
    const change = toDeploymentChange(before, deployment, { now: now(), revisionId: newId() });
    triggersChanged = change?.triggers !== undefined;
    return change;
  });
  return { version: record?.published?.version ?? LATEST, published: published !== null, triggersChanged };
}

async function plan(registry: Registry, ref: FunctionRef, next: Deployment): Promise<unknown> {
  for (const trigger of next.triggers) {
    const owner = await registry.getTrigger(ref.tenant, trigger.type, trigger.name);
    if (owner !== undefined && owner.function.name !== ref.name) {
      const message = `The ${trigger.type} trigger '${trigger.name}' belongs to the function '${owner.function.name}'.`;
      throw new PlatformError("Trigger.NameTaken", message);
    }
  }
  return planDeployment(await registry.getFunction(ref), next);
}

type DeploymentOptions = Pick<Deployment, "config" | "triggers" | "reservedConcurrency" | "retry">;

function readOptions(ref: FunctionRef, document: unknown): DeploymentOptions {
  const options = parseFunctionOptions(document);
  if (!options.ok)
    throw invalidDeployment(options.faults.map((fault) => ({ ...fault, path: ["options", ...fault.path] })));
  const triggers = toTriggers(ref.name, options.value);
  const repeated = triggers.findIndex(
    (trigger, index) => triggers.findIndex((other) => isSame(trigger, other)) < index,
  );
  if (repeated >= 0) {
    const { type, name } = triggers[repeated] as Trigger;
    const message = `is a second ${type} trigger named '${name}'; ${type === "http" ? "remove it" : "give it another 'name'"}`;
    throw invalidDeployment([{ path: ["options", "triggers", repeated], message }]);
  }
  return { config: toFunctionConfig(options.value), triggers, ...toDeploymentSettings(options.value) };
}

function isSame(a: Trigger, b: Trigger): boolean {
  return a.type === b.type && a.name === b.name;
}
