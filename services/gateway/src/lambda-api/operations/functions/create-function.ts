import { DEFAULT_FUNCTION_SETTINGS, FUNCTION_NAME, type FunctionChange, LATEST, type Trigger } from "@sluice/core";
import { parseFunctionReference } from "../../function-reference.ts";
import { LambdaError } from "../../lambda-error.ts";
import { defineLambdaOperation, type LambdaInput, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { checkTags } from "../tags.ts";
import { authoriseNamed } from "./authorise-named.ts";
import { buildCode, readArchiveOf } from "./code-source.ts";
import { viewConfiguration } from "./configuration-view.ts";
import { newConfig } from "./requested-config.ts";

export function createFunction(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("CreateFunction", {
    async handle({ input, caller }) {
      const name = readNewName(input.FunctionName ?? "");
      const ref = { tenant: caller.tenant, name };
      const config = newConfig(input);
      checkTags(input.Tags ?? {});
      await authoriseNamed(deps, caller, input);
      // Looked at before the archive is unpacked, and again when the function is made.
      if ((await deps.registry.getFunction(ref)) !== undefined) throw exists(name);
      const change = await toChange(deps, caller.tenant, input, config);
      const { record, published } = await deps.registry.change(ref, (before) => {
        if (before !== undefined) throw exists(name);
        return change;
      });
      const version = published ?? record?.latest;
      if (version === undefined) throw new Error("a function that was made must be there");
      return viewConfiguration(deps.place, version, published === null ? undefined : published.version);
    },
  });
}

async function toChange(
  deps: OperationDeps,
  tenant: string,
  input: LambdaInput<"CreateFunction">,
  config: ReturnType<typeof newConfig>,
): Promise<FunctionChange> {
  const now = deps.now();
  const code = (input.Code ?? {}) as Parameters<typeof readArchiveOf>[1];
  const built = await buildCode(deps, {
    tenant,
    archive: await readArchiveOf(deps, code),
    layers: input.Layers ?? [],
    handler: input.Handler ?? "",
    runtime: input.Runtime ?? "",
    memoryMb: config.memoryMb,
  });
  const { runtime, handler, ...content } = built;
  return {
    now,
    latest: { ...content, config: { ...config, runtime, handler }, revisionId: deps.newId(), createdAt: now },
    settings: { ...DEFAULT_FUNCTION_SETTINGS, tags: input.Tags ?? {} },
    triggers: [] satisfies Trigger[],
    ...(input.Publish === true ? { publish: { revisionId: deps.newId() } } : {}),
  };
}

/** @throws LambdaError InvalidParameterValueException */
function readNewName(text: string): string {
  const reference = parseFunctionReference(text);
  if (reference === undefined || !FUNCTION_NAME.test(reference.name)) {
    throw new LambdaError(
      "InvalidParameterValueException",
      `FunctionName '${text}' must be 1 to 64 letters, digits, '-' or '_'.`,
    );
  }
  if (reference.qualifier !== undefined && reference.qualifier !== LATEST) {
    throw new LambdaError("InvalidParameterValueException", "A new function is named without a qualifier.");
  }
  return reference.name;
}

function exists(name: string): LambdaError {
  return new LambdaError("ResourceConflictException", `Function already exist: ${name}`);
}
