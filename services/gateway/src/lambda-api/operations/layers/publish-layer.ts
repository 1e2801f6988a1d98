import { readArchive } from "@sluice/bundle";
import { LambdaError, type LambdaErrorType } from "../../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { readArchiveOf } from "../functions/code-source.ts";
import { originOf } from "../origin.ts";
import { type LayerVersion, layerVersionId, readLayerReference } from "./layer-version.ts";
import { viewLayerVersion } from "./layer-view.ts";

export function publishLayerVersion(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("PublishLayerVersion", {
    async handle({ input, caller, response }) {
      const { name } = readLayerReference(deps.place, input.LayerName ?? "");
      const archive = await readArchiveOf(deps, (input.Content ?? {}) as Parameters<typeof readArchiveOf>[1]);
      const read = await readArchive(archive);
      if (!read.ok) throw new LambdaError(read.fault.errorType as LambdaErrorType, read.fault.message);
      const digest = await deps.artifacts.put(archive);
      const version = await deps.documents.nextNumber("layer-version", caller.tenant, name);
      const layer: LayerVersion = {
        name,
        version,
        description: input.Description ?? "",
        digest,
        bytes: archive.length,
        licence: input.LicenseInfo ?? null,
        runtimes: input.CompatibleRuntimes ?? [],
        architectures: input.CompatibleArchitectures ?? [],
        createdAt: deps.now(),
        policy: null,
      };
      const id = layerVersionId(name, version);
      await deps.documents.change("layer-version", caller.tenant, id, () => ({ put: layer }));
      return viewLayerVersion(deps, layer, originOf(response));
    },
  });
}
