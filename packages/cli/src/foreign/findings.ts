import type { SourceFault } from "../manifest/source-fault.ts";
import type { ManifestPath, YamlSource } from "../manifest/yaml-source.ts";

/** A part of somebody else's format that deploying leaves out, and why. */
export interface Skipped {
  readonly line: number;
  readonly path: string;
  readonly reason: string;
}

/** A value that was worked out, or why it could not be: a fault stops the deployment, the rest can do without it. */
export type Resolution =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly kind: "fault" | "skip"; readonly reason: string };

/** Collects what reading a file found. */
export class Findings {
  readonly faults: SourceFault[] = [];
  readonly #source: YamlSource;
  readonly #skipped = new Map<string, Skipped>();

  constructor(source: YamlSource) {
    this.#source = source;
  }

  get skipped(): readonly Skipped[] {
    return [...this.#skipped.values()].sort((a, b) => a.line - b.line);
  }

  fault(path: ManifestPath, message: string): void {
    this.faults.push(this.#source.faultAt(path, message));
  }

  /** What several functions share is named once. */
  skip(at: ManifestPath, reason: string): void {
    const { line, path } = this.#source.faultAtKey(at, reason);
    this.#skipped.set(`${path} ${reason}`, { line, path, reason });
  }

  /** The value, or undefined after noting why there is none. */
  take(path: ManifestPath, resolution: Resolution): unknown {
    if (resolution.ok) return resolution.value;
    if (resolution.kind === "fault") this.fault(path, resolution.reason);
    else this.skip(path, resolution.reason);
    return undefined;
  }
}
