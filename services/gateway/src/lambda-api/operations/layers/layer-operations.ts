import type { LayersListItem, LayerVersionsListItem } from "@aws-sdk/client-lambda";
import { defineLambdaOperation, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { originOf } from "../origin.ts";
import { pageOf } from "../page.ts";
import {
  type LayerVersion,
  layerVersionId,
  listLayerVersions,
  readLayerReference,
  requireLayerVersion,
} from "./layer-version.ts";
import { publishLayerVersion } from "./publish-layer.ts";
import { viewLayerVersion, viewListed } from "./layer-view.ts";
import { layerPermissionOperations } from "./layer-permissions.ts";

const PER_PAGE = 50;

export function layerOperations(deps: OperationDeps): LambdaOperation[] {
  return [
    publishLayerVersion(deps),
    getLayerVersion(deps),
    getLayerVersionByArn(deps),
    listLayers(deps),
    listVersions(deps),
    deleteLayerVersion(deps),
    ...layerPermissionOperations(deps),
  ];
}

function getLayerVersion(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetLayerVersion", {
    async handle({ input, caller, response }) {
      return viewLayerVersion(deps, await requireLayerVersion(deps, caller, input), originOf(response));
    },
  });
}

function getLayerVersionByArn(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetLayerVersionByArn", {
    async handle({ input, caller, response }) {
      const { name, version } = readLayerReference(deps.place, input.Arn ?? "");
      const layer = await requireLayerVersion(deps, caller, { LayerName: name, VersionNumber: version });
      return viewLayerVersion(deps, layer, originOf(response));
    },
  });
}

interface Filter {
  readonly CompatibleRuntime?: string | undefined;
  readonly CompatibleArchitecture?: string | undefined;
}

function matches(layer: LayerVersion, filter: Filter): boolean {
  const { CompatibleRuntime: runtime, CompatibleArchitecture: architecture } = filter;
  if (runtime !== undefined && !layer.runtimes.includes(runtime)) return false;
  return architecture === undefined || layer.architectures.includes(architecture);
}

function listLayers(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListLayers", {
    async handle({ input, caller }) {
      const all = (await listLayerVersions(deps, caller.tenant)).filter((layer) => matches(layer, input));
      // Versions come oldest first, so the last of a name is the newest.
      const newest = [...new Map(all.map((layer) => [layer.name, layer])).values()];
      const { items, marker } = pageOf(newest, {
        marker: input.Marker,
        limit: input.MaxItems ?? PER_PAGE,
        keyOf: ({ name }) => name,
      });
      const layers = items.map((layer): LayersListItem => {
        const latest = viewListed(deps.place, layer);
        return { LayerName: layer.name, LayerArn: latest.layerArn, LatestMatchingVersion: latest.version };
      });
      return { Layers: layers, ...(marker === undefined ? {} : { NextMarker: marker }) };
    },
  });
}

function listVersions(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListLayerVersions", {
    async handle({ input, caller }) {
      const { name } = readLayerReference(deps.place, input.LayerName ?? "");
      const all = (await listLayerVersions(deps, caller.tenant, name)).filter((layer) => matches(layer, input));
      const { items, marker } = pageOf(all.toReversed(), {
        marker: input.Marker,
        limit: input.MaxItems ?? PER_PAGE,
        keyOf: ({ version }) => String(version),
      });
      const versions = items.map((layer): LayerVersionsListItem => viewListed(deps.place, layer).version);
      return { LayerVersions: versions, ...(marker === undefined ? {} : { NextMarker: marker }) };
    },
  });
}

/** Functions that were made with it keep their code. */
function deleteLayerVersion(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteLayerVersion", {
    async handle({ input, caller }) {
      const { name } = readLayerReference(deps.place, input.LayerName ?? "");
      const id = layerVersionId(name, input.VersionNumber ?? 0);
      await deps.documents.change("layer-version", caller.tenant, id, () => ({ delete: true }));
      return {};
    },
  });
}
