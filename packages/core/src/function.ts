import { LIMITS } from "./limits.ts";

/** What a version's code is: a bundle of JavaScript, or a WebAssembly program for WASI preview 1. */
export type Runtime = "javascript" | "wasi";

/** What a version runs with. Immutable once published; what applies whatever the version is in `function-settings.ts`. */
export interface FunctionConfig {
  readonly runtime: Runtime;
  /** Name of the export that handles events; without meaning for a WASI program, which has `_start`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly egress: EgressRule;
  readonly description: string;
  /** ARN of the queue that gets events which are given up; null: they stay dead-lettered in the function's own queue. */
  readonly deadLetterTarget: string | null;
  /** What an AWS client said of the function; absent when it came by a manifest. */
  readonly lambda?: LambdaAttributes | undefined;
}

/** What Lambda's clients say of a function beyond what changes how it runs here. Shown as it was said. */
export interface LambdaAttributes {
  /** `nodejs22.x`, `provided.al2023`, … */
  readonly runtime: string;
  /** As the upload names it: `src/index.handler`. */
  readonly handler: string;
  readonly role: string;
  /** Members of CreateFunction that mean nothing here, by their wire names. */
  readonly echoed: Readonly<Record<string, unknown>>;
}

/** Where a function may go, as `host` or `host:port`; the prefix `*.` stands for any subdomain. */
export interface EgressRule {
  /** When set, the only public hosts that it may reach: none, if it is empty. When absent, all. */
  readonly allow?: readonly string[] | undefined;
  /** Hosts that it may reach though they are private. */
  readonly allowPrivate: readonly string[];
}

export const DEFAULT_FUNCTION_CONFIG: FunctionConfig = {
  runtime: "javascript",
  handler: "handler",
  memoryMb: LIMITS.memoryMbDefault,
  timeoutMs: LIMITS.timeoutMsDefault,
  environment: {},
  egress: { allowPrivate: [] },
  description: "",
  deadLetterTarget: null,
};

/** Code and configuration: what a version is, whatever it is called. */
export interface VersionContent {
  /** SHA-256 of the code, in hex: the artifact's address. */
  readonly codeDigest: string;
  readonly codeBytes: number;
  /** SHA-256 of the code's source map, in hex; null: deployed without one. */
  readonly sourceMapDigest: string | null;
  /** The archive that the code was made of; null: deployed as a bundle. */
  readonly upload: UploadedArchive | null;
  readonly config: FunctionConfig;
}

/** An archive in the form of AWS Lambda. */
export interface UploadedArchive {
  /** SHA-256 in hex: its address among the artifacts. */
  readonly digest: string;
  readonly bytes: number;
  /** Layer versions that were merged into the code, with the size of their archives. */
  readonly layers: readonly { readonly arn: string; readonly bytes: number }[];
}

/** One deployment of a function. Published ones never change; `$LATEST` is another one after every deployment. */
export interface FunctionVersion extends VersionContent {
  readonly tenant: string;
  readonly name: string;
  /** `$LATEST`, or "1", "2", … */
  readonly version: string;
  /** Another one after every change; what clients compare, and what tells two contents of `$LATEST` apart. */
  readonly revisionId: string;
  readonly createdAt: number;
}
