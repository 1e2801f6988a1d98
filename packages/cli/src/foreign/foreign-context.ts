import type { Findings } from "./findings.ts";

/** What the readers of somebody else's format work with. */
export interface ForeignContext {
  readonly findings: Findings;
  /** Of the file, absolute. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--stage`. */
  readonly stage: string | undefined;
  /** `--param`. */
  readonly params: ReadonlyMap<string, string>;
}
