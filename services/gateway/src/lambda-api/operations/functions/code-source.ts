import { LIMITS, type Runtime, type UploadedArchive } from "@sluice/core";
import { LambdaError, type LambdaErrorType } from "../../lambda-error.ts";
import type { OperationDeps } from "../deps.ts";
import { findLayerVersion, readLayerReference } from "../layers/layer-version.ts";

/** Members of CreateFunction's `Code` and of UpdateFunctionCode that name an archive. */
export interface CodeInput {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
  readonly ImageUri?: string | undefined;
}

/** @throws LambdaError InvalidParameterValueException, RequestEntityTooLargeException */
export async function readArchiveOf({ objects }: OperationDeps, code: CodeInput): Promise<Uint8Array> {
  if (code.ImageUri !== undefined) {
    throw invalid("ImageUri: functions are not run from container images here; upload a zip archive.");
  }
  const given = [code.ZipFile !== undefined, code.S3Bucket !== undefined || code.S3Key !== undefined];
  if (given.filter(Boolean).length !== 1) {
    throw invalid(
      "Please do not provide other FunctionCode parameters when providing a ZipFile; one of ZipFile or S3Bucket with S3Key is needed.",
    );
  }
  if (code.ZipFile !== undefined) return checkSize(code.ZipFile);
  if (code.S3Bucket === undefined || code.S3Key === undefined) throw invalid("S3Bucket and S3Key are needed together.");
  return checkSize(await objects.read({ bucket: code.S3Bucket, key: code.S3Key, version: code.S3ObjectVersion }));
}

function checkSize(archive: Uint8Array): Uint8Array {
  if (archive.length === 0) throw invalid("Uploaded file must be a non-empty zip");
  if (archive.length <= LIMITS.codeBytesMax) return archive;
  throw new LambdaError(
    "RequestEntityTooLargeException",
    `The archive has ${archive.length} bytes; at most ${LIMITS.codeBytesMax} are taken.`,
  );
}

export interface BuildRequest {
  readonly tenant: string;
  readonly archive: Uint8Array;
  /** ARNs of layer versions, in the order in which they are merged. */
  readonly layers: readonly string[];
  readonly handler: string;
  readonly runtime: string;
  readonly memoryMb: number;
}

/** Code that is stored, so that a version may point at it. */
export interface BuiltCode {
  readonly codeDigest: string;
  readonly codeBytes: number;
  readonly sourceMapDigest: string | null;
  readonly upload: UploadedArchive;
  readonly runtime: Runtime;
  /** Name of the export that handles events. */
  readonly handler: string;
}

/**
 * Makes the bundle that runs out of an archive and its layers, and stores bundle, source map and archive.
 *
 * @throws LambdaError InvalidParameterValueException, TooManyRequestsException
 */
export async function buildCode(deps: OperationDeps, request: BuildRequest): Promise<BuiltCode> {
  const { artifacts, bundler } = deps;
  const layers = await Promise.all(request.layers.map((arn) => readLayer(deps, request.tenant, arn)));
  const { archive, handler, runtime, memoryMb } = request;
  const bundled = await bundler.bundle({
    archive,
    layers: layers.map(({ archive: bytes }) => bytes),
    handler,
    runtime,
    memoryMb,
  });
  if (!bundled.ok) throw new LambdaError(bundled.fault.errorType as LambdaErrorType, bundled.fault.message);
  // All of them before a version points there.
  const [codeDigest, sourceMapDigest, digest] = await Promise.all([
    artifacts.put(bundled.code),
    bundled.sourceMap === null ? null : artifacts.put(bundled.sourceMap),
    artifacts.put(archive),
  ]);
  return {
    codeDigest,
    codeBytes: bundled.code.length,
    sourceMapDigest,
    upload: { digest, bytes: archive.length, layers: layers.map(({ arn, bytes }) => ({ arn, bytes })) },
    runtime: bundled.runtime,
    handler: bundled.handler,
  };
}

async function readLayer(
  deps: OperationDeps,
  tenant: string,
  arn: string,
): Promise<{ readonly arn: string; readonly bytes: number; readonly archive: Uint8Array }> {
  const { name, version } = readLayerReference(deps.place, arn);
  if (version === undefined) throw invalid(`Layer version ARN ${arn} must end in a version number.`);
  const layer = await findLayerVersion(deps, tenant, name, version);
  const archive = layer === undefined ? undefined : await deps.artifacts.get(layer.digest);
  if (layer === undefined || archive === undefined) throw invalid(`Layer version ${arn} does not exist.`);
  return { arn, bytes: layer.bytes, archive };
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
