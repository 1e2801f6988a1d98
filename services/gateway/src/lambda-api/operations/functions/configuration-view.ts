import { type FunctionVersion, functionArn, type Place, type UploadedArchive } from "@sluice/core";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";

/** Members that an AWS client set and that mean nothing here, by the wire name of what shows them. */
type Echo = Partial<FunctionConfiguration>;

/**
 * A version as AWS's clients know it. What came by a manifest is shown as if uploaded.
 *
 * @param qualifier that the caller named: it is part of the ARN then
 */
export function viewConfiguration(place: Place, version: FunctionVersion, qualifier?: string): FunctionConfiguration {
  const { config, name } = version;
  const arn = functionArn(place, name);
  return {
    FunctionName: name,
    FunctionArn: qualifier === undefined ? arn : `${arn}:${qualifier}`,
    ...viewOrigin(place, version),
    CodeSize: version.upload?.bytes ?? version.codeBytes,
    CodeSha256: codeSha256(version),
    Description: config.description,
    Timeout: Math.ceil(config.timeoutMs / 1000),
    MemorySize: config.memoryMb,
    LastModified: formatModified(version.createdAt),
    Version: version.version,
    ...(config.deadLetterTarget === null ? {} : { DeadLetterConfig: { TargetArn: config.deadLetterTarget } }),
    ...(Object.keys(config.environment).length === 0 ? {} : { Environment: { Variables: { ...config.environment } } }),
    RevisionId: version.revisionId,
    ...viewLayers(version.upload),
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    ...viewEchoed(version),
  };
}

function viewOrigin(
  place: Place,
  { config }: FunctionVersion,
): Pick<FunctionConfiguration, "Runtime" | "Role" | "Handler"> {
  const { lambda } = config;
  const runtime = lambda?.runtime ?? (config.runtime === "wasi" ? "provided.al2023" : "nodejs24.x");
  return {
    Runtime: runtime as NonNullable<FunctionConfiguration["Runtime"]>,
    Role: lambda?.role ?? `arn:aws:iam::${place.accountId}:role/sluice`,
    Handler: lambda?.handler ?? `index.${config.handler}`,
  };
}

/** Defaults of AWS for what is not set. */
function viewEchoed({ config, name }: FunctionVersion): Echo {
  const echoed = (config.lambda?.echoed ?? {}) as Echo;
  return {
    Architectures: ["x86_64"],
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: "PassThrough" },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` },
    ...echoed,
  };
}

function viewLayers(upload: UploadedArchive | null): Pick<FunctionConfiguration, "Layers"> {
  if (upload === null || upload.layers.length === 0) return {};
  return { Layers: upload.layers.map(({ arn, bytes }) => ({ Arn: arn, CodeSize: bytes })) };
}

/** SHA-256 of the archive, base64; of the bundle where there was no archive. */
export function codeSha256({ upload, codeDigest }: Pick<FunctionVersion, "upload" | "codeDigest">): string {
  return Buffer.from(upload?.digest ?? codeDigest, "hex").toString("base64");
}

/** `2026-11-24T12:00:00.000+0000`: the one place where AWS leaves the colon out. */
export function formatModified(at: number): string {
  return new Date(at).toISOString().replace("Z", "+0000");
}
