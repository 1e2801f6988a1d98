import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "./retry-policy.ts";
import { LIMITS } from "./limits.ts";

/** What a version's code is: a bundle of JavaScript, or a WebAssembly program for WASI preview 1. */
export type Runtime = "javascript" | "wasi";

/** What a version runs with. Immutable once published. */
export interface FunctionConfig {
  readonly runtime: Runtime;
  /** Name of the export that handles events; without meaning for a WASI program, which has `_start`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Most invocations at once over all workers and both lanes; null: as many as the workers take. */
  readonly reservedConcurrency: number | null;
  readonly retry: RetryPolicy;
  readonly egress: EgressRule;
  readonly description: string;
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
  reservedConcurrency: null,
  retry: DEFAULT_RETRY_POLICY,
  egress: { allowPrivate: [] },
  description: "",
};

/** One immutable deployment of a function. */
export interface FunctionVersion {
  readonly tenant: string;
  readonly name: string;
  /** "1", "2", … */
  readonly version: string;
  /** SHA-256 of the code, in hex: the artifact's address. */
  readonly codeDigest: string;
  readonly codeBytes: number;
  /** SHA-256 of the code's source map, in hex; null: deployed without one. */
  readonly sourceMapDigest: string | null;
  readonly config: FunctionConfig;
  readonly createdAt: number;
}
