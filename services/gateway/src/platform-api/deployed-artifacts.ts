import { createHash } from "node:crypto";
import { type FunctionRef, LIMITS, type Registry, type Runtime } from "@sluice/core";
import { invalidDeployment } from "./invalid-deployment.ts";

/** Code or source map of a deploy request: sent along, or named by its digest. */
export interface DeployedArtifact {
  readonly digest: string;
  readonly bytes: Buffer | undefined;
}

/** The first eight bytes of a WebAssembly module; a component has another version. */
const WASM_MODULE = Buffer.from("0061736d01000000", "hex");

/** @throws PlatformError Manifest.Invalid */
export function readCode(
  body: { readonly code?: string | undefined; readonly codeDigest?: string | undefined },
  runtime: Runtime,
): DeployedArtifact {
  if (body.code === undefined) return { digest: body.codeDigest ?? "", bytes: undefined };
  const artifact = decode("code", body.code, LIMITS.codeBytesMax);
  if (runtime === "wasi" && !artifact.bytes.subarray(0, WASM_MODULE.length).equals(WASM_MODULE)) {
    const message = "must be a WebAssembly module (not a component) for the runtime 'wasi'; build for wasm32-wasip1";
    throw invalidDeployment([{ path: ["code"], message }]);
  }
  return artifact;
}

/** Whether the map is one is found out when it is first needed: a bad one costs its traces the names, and no more. */
export function readSourceMap(body: {
  readonly sourceMap?: string | undefined;
  readonly sourceMapDigest?: string | undefined;
}): DeployedArtifact | undefined {
  if (body.sourceMap !== undefined) return decode("sourceMap", body.sourceMap, LIMITS.sourceMapBytesMax);
  return body.sourceMapDigest === undefined ? undefined : { digest: body.sourceMapDigest, bytes: undefined };
}

/**
 * A digest proves nothing about who may read the bytes, so only what this function had before can be named.
 *
 * @returns the size of the code
 */
export async function checkOwnership(
  registry: Registry,
  ref: FunctionRef,
  { code, map }: { readonly code: DeployedArtifact; readonly map: DeployedArtifact | undefined },
): Promise<number> {
  const isNamed = (artifact: DeployedArtifact | undefined): boolean => artifact?.bytes === undefined;
  const named = isNamed(code) || (map !== undefined && isNamed(map));
  const versions = named ? await registry.listVersions(ref) : [];
  if (map !== undefined && isNamed(map) && !versions.some((version) => version.sourceMapDigest === map.digest)) {
    const message = "is not the source map of a version of this function; send 'sourceMap'";
    throw invalidDeployment([{ path: ["sourceMapDigest"], message }]);
  }
  if (code.bytes !== undefined) return code.bytes.length;
  const own = versions.find((version) => version.codeDigest === code.digest);
  if (own === undefined) {
    const message = "is not the code of a version of this function; send 'code'";
    throw invalidDeployment([{ path: ["codeDigest"], message }]);
  }
  return own.codeBytes;
}

function decode(field: string, text: string, bytesMax: number): DeployedArtifact & { readonly bytes: Buffer } {
  const bytes = Buffer.from(text, "base64");
  // Node skips what is not base64, so the round trip is what tells good input from bad.
  if (bytes.toString("base64") !== text) throw fault(field, "must be padded base64");
  if (bytes.length === 0) throw fault(field, "must not be empty");
  if (bytes.length > bytesMax) throw fault(field, `must have at most ${bytesMax} bytes`);
  return { digest: createHash("sha256").update(bytes).digest("hex"), bytes };
}

function fault(field: string, message: string): Error {
  return invalidDeployment([{ path: [field], message }]);
}
