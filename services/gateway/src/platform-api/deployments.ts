import { createHash } from "node:crypto";
import {
  type FunctionRef,
  LIMITS,
  type ManifestFault,
  parseFunctionOptions,
  PlatformError,
  type Registry,
  toFunctionConfig,
  toTriggers,
  type Trigger,
} from "@sluice/core";
import { z } from "zod";
import { type Deployment, planDeployment } from "./deployment-plan.ts";
import { defineOperation, NAME_PARAMS, type Operation, type PlatformApiDeps, reply } from "./operation.ts";

const BODY = z
  .strictObject({
    options: z.unknown().optional(),
    code: z.string().optional().describe("The bundled code, base64"),
    codeDigest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex")
      .optional()
      .describe("Code of an earlier version of this function, instead of 'code'"),
  })
  .refine((body) => (body.code === undefined) !== (body.codeDigest === undefined), "must have 'code' or 'codeDigest'");

/** Base64 takes four bytes for three; the rest is room for the options. */
const BODY_BYTES_MAX = Math.ceil(LIMITS.codeBytesMax / 3) * 4 + 256 * 1024;

export function putFunction({ registry, artifacts, now }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "putFunction",
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
      const { config, triggers } = readOptions(ref, body.options ?? {});
      const bytes = body.code === undefined ? undefined : decodeCode(body.code);
      const codeDigest = bytes === undefined ? (body.codeDigest ?? "") : sha256(bytes);
      if (query.dryRun === "true") return reply(200, await plan(registry, ref, { codeDigest, config, triggers }));
      const codeBytes = bytes?.length ?? (await bytesOfOwnCode(registry, ref, codeDigest));
      // The artifact first: a version must never point at code that is not there.
      if (bytes !== undefined) await artifacts.put(bytes);
      const deployed = await registry.putFunction({ ref, codeDigest, codeBytes, config, triggers, now: now() });
      const { version, published, triggersChanged } = deployed;
      return reply(200, { version: version.version, published, triggersChanged });
    },
  });
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

function readOptions(ref: FunctionRef, document: unknown): Pick<Deployment, "config" | "triggers"> {
  const options = parseFunctionOptions(document);
  if (!options.ok) throw invalid(options.faults.map((fault) => ({ ...fault, path: ["options", ...fault.path] })));
  const triggers = toTriggers(ref.name, options.value);
  const repeated = triggers.findIndex(
    (trigger, index) => triggers.findIndex((other) => isSame(trigger, other)) < index,
  );
  if (repeated >= 0) {
    const { type, name } = triggers[repeated] as Trigger;
    const message = `is a second ${type} trigger named '${name}'; ${type === "http" ? "remove it" : "give it another 'name'"}`;
    throw invalid([{ path: ["options", "triggers", repeated], message }]);
  }
  return { config: toFunctionConfig(options.value), triggers };
}

function isSame(a: Trigger, b: Trigger): boolean {
  return a.type === b.type && a.name === b.name;
}

function decodeCode(code: string): Buffer {
  const bytes = Buffer.from(code, "base64");
  // Node skips what is not base64, so the round trip is what tells good input from bad.
  if (bytes.toString("base64") !== code) throw invalid([{ path: ["code"], message: "must be padded base64" }]);
  if (bytes.length === 0) throw invalid([{ path: ["code"], message: "must not be empty" }]);
  if (bytes.length > LIMITS.codeBytesMax) {
    throw invalid([{ path: ["code"], message: `must have at most ${LIMITS.codeBytesMax} bytes` }]);
  }
  return bytes;
}

/** A digest proves nothing about who may run the code, so only code that this function had before can be named. */
async function bytesOfOwnCode(registry: Registry, ref: FunctionRef, digest: string): Promise<number> {
  const versions = await registry.listVersions(ref);
  const own = versions.find((version) => version.codeDigest === digest);
  if (own === undefined) {
    throw invalid([{ path: ["codeDigest"], message: "is not the code of a version of this function; send 'code'" }]);
  }
  return own.codeBytes;
}

function invalid(faults: readonly ManifestFault[]): PlatformError {
  const list = faults.map((fault) => `${fault.path.join(".")} ${fault.message}`).join("; ");
  return new PlatformError("Manifest.Invalid", `The deployment is not valid: ${list}.`, { details: { faults } });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
