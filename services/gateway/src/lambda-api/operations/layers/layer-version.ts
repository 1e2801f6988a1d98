import type { PermissionPolicy, Place } from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import type { Caller } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";

/** A published version of a layer, as it is kept. */
export interface LayerVersion {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  /** SHA-256 of the archive, hex: its address among the artifacts. */
  readonly digest: string;
  readonly bytes: number;
  readonly licence: string | null;
  readonly runtimes: readonly string[];
  readonly architectures: readonly string[];
  readonly createdAt: number;
  readonly policy: PermissionPolicy | null;
}

export interface LayerReference {
  readonly name: string;
  readonly version: number | undefined;
}

const KIND = "layer-version";
const DIGITS = 10;

/** Numbers sort as texts when they are equally long. */
export function layerVersionId(name: string, version: number): string {
  return `${name}:${String(version).padStart(DIGITS, "0")}`;
}

export function layerArn({ region, accountId }: Place, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:layer:${name}`;
}

/** Reads `name`, a layer's ARN or a layer version's. @throws LambdaError InvalidParameterValueException */
export function readLayerReference(place: Place, text: string): LayerReference {
  if (/^[A-Za-z0-9_-]{1,140}$/.test(text)) return { name: text, version: undefined };
  const match = /^(arn:aws[\w-]*:lambda:[\w-]+:\d{12}:layer:)([A-Za-z0-9_-]{1,140})(?::(\d{1,10}))?$/.exec(text);
  if (match === null) {
    throw new LambdaError("InvalidParameterValueException", `Invalid Layer name or ARN: ${text.slice(0, 200)}`);
  }
  const [, prefix, name = "", version] = match;
  if (prefix !== layerArn(place, "")) {
    throw new LambdaError(
      "InvalidParameterValueException",
      `Layer ${text} is of another account or region; publish it here first.`,
    );
  }
  return { name, version: version === undefined ? undefined : Number(version) };
}

export async function findLayerVersion(
  { documents }: Pick<OperationDeps, "documents">,
  tenant: string,
  name: string,
  version: number,
): Promise<LayerVersion | undefined> {
  return (await documents.get(KIND, tenant, layerVersionId(name, version))) as LayerVersion | undefined;
}

/** Oldest first. */
export async function listLayerVersions(
  { documents }: Pick<OperationDeps, "documents">,
  tenant: string,
  name?: string,
): Promise<readonly LayerVersion[]> {
  const found = await documents.list(KIND, tenant, name === undefined ? {} : { prefix: `${name}:` });
  return found.map(({ value }) => value as LayerVersion);
}

/** @throws LambdaError InvalidParameterValueException, ResourceNotFoundException */
export async function requireLayerVersion(
  deps: OperationDeps,
  caller: Caller,
  named: { readonly LayerName?: string | undefined; readonly VersionNumber?: number | undefined },
): Promise<LayerVersion> {
  const { name } = readLayerReference(deps.place, named.LayerName ?? "");
  const layer = await findLayerVersion(deps, caller.tenant, name, named.VersionNumber ?? 0);
  if (layer === undefined) {
    throw new LambdaError("ResourceNotFoundException", "The resource you requested does not exist.");
  }
  return layer;
}
