import { createHash } from "node:crypto";
import {
  type FunctionConfig,
  type FunctionVersion,
  functionArn,
  type GuestSettings,
  LIMITS,
  type Place,
  versionKey,
} from "@sluice/core";
import type { VersionSpec } from "@sluice/sandbox";
import type { CodeCache } from "./code-cache.ts";

export interface VersionSpecsOptions {
  readonly codes: CodeCache;
  readonly place: Place;
  readonly workerId: string;
}

/** Function versions as the cell pool takes them, and the way back for host calls that come from a cell. */
export class VersionSpecs {
  readonly #options: VersionSpecsOptions;
  readonly #specs = new WeakMap<FunctionVersion, VersionSpec>();
  readonly #versions = new WeakMap<VersionSpec, FunctionVersion>();

  constructor(options: VersionSpecsOptions) {
    this.#options = options;
  }

  of(version: FunctionVersion): VersionSpec {
    const known = this.#specs.get(version);
    if (known !== undefined) return known;
    const spec = this.#make(version);
    this.#specs.set(version, spec);
    this.#versions.set(spec, version);
    return spec;
  }

  versionOf(spec: VersionSpec): FunctionVersion | undefined {
    return this.#versions.get(spec);
  }

  #make(version: FunctionVersion): VersionSpec {
    const { config, codeDigest, name, tenant } = version;
    const { place, codes, workerId } = this.#options;
    return {
      // What `$LATEST` is differs from one deployment to the next.
      key: `${versionKey(version)}#${version.revisionId}`,
      tenant,
      loadCode: () => codes.get(codeDigest),
      definition: {
        memoryMb: config.memoryMb,
        timeoutMs: config.timeoutMs,
        initTimeoutMs: LIMITS.initTimeoutMs,
        settings: {
          runtime: config.runtime,
          handler: config.handler,
          environment: config.environment,
          functionName: name,
          functionVersion: version.version,
          invokedFunctionArn: functionArn(place, name),
          memoryLimitInMB: String(config.memoryMb),
          logGroupName: `/aws/lambda/${name}`,
          logStreamName: `[${version.version}]${streamOf(workerId)}`,
          region: place.region,
          ...uploadOf(config),
        },
      },
    };
  }
}

function uploadOf({ lambda }: FunctionConfig): Pick<GuestSettings, "upload"> {
  return lambda === undefined ? {} : { upload: { runtime: lambda.runtime, handler: lambda.handler } };
}

/** Tells workers apart without telling guests where they run. */
function streamOf(workerId: string): string {
  return createHash("sha256").update(workerId).digest("hex").slice(0, 32);
}
