import type { Place } from "@sluice/core";
import type { GetLayerVersionCommandOutput, LayerVersionsListItem } from "@aws-sdk/client-lambda";
import type { OperationDeps } from "../deps.ts";
import { formatModified } from "../functions/configuration-view.ts";
import { type LayerVersion, layerArn } from "./layer-version.ts";

type Listed = Required<Pick<LayerVersionsListItem, "CompatibleRuntimes" | "CompatibleArchitectures">>;

export function viewLayerVersion(
  { place, codeLinks }: OperationDeps,
  layer: LayerVersion,
  origin: string,
): Omit<GetLayerVersionCommandOutput, "$metadata"> {
  const { layerArn: arn, version } = viewListed(place, layer);
  return {
    ...version,
    LayerArn: arn,
    Content: {
      Location: `${origin}${codeLinks.linkTo(layer.digest)}`,
      CodeSha256: Buffer.from(layer.digest, "hex").toString("base64"),
      CodeSize: layer.bytes,
    },
  };
}

export function viewListed(
  place: Place,
  layer: LayerVersion,
): { readonly layerArn: string; readonly version: LayerVersionsListItem } {
  const arn = layerArn(place, layer.name);
  return {
    layerArn: arn,
    version: {
      LayerVersionArn: `${arn}:${layer.version}`,
      Version: layer.version,
      Description: layer.description,
      CreatedDate: formatModified(layer.createdAt),
      CompatibleRuntimes: [...layer.runtimes] as Listed["CompatibleRuntimes"],
      CompatibleArchitectures: [...layer.architectures] as Listed["CompatibleArchitectures"],
      ...(layer.licence === null ? {} : { LicenseInfo: layer.licence }),
    },
  };
}
