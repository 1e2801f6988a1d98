import type { ManifestPath } from "../../manifest/yaml-source.ts";
import type { Findings } from "../findings.ts";
import { resolveIntrinsics } from "../intrinsics.ts";
import { isMapping, type Mapping, readMapping } from "../mapping.ts";
import type { SamTemplate } from "./sam-resources.ts";

/** Why a property has no counterpart, where there is more to say than that. */
const REASONS: Readonly<Record<string, string>> = {
  Layers: "has no counterpart: code is bundled from CodeUri and the node_modules around it",
  Policies: "has no counterpart: a function has no role; give it credentials in its environment",
  Role: "has no counterpart: a function has no role; give it credentials in its environment",
  VpcConfig: "has no counterpart: a function reaches public hosts, and private ones that a sluice.yaml names",
  DeadLetterQueue: "has no counterpart: dead letters are kept for 'npx sluice dead-letters'",
};

/** Said in another way, or meaningless without AWS's machines: not worth a line. */
const SILENT = new Set(["FunctionName", "Architectures", "PackageType", "AutoPublishAlias"]);

/** Properties of one function over those of `Globals.Function`; remembers which were read. */
export class SamProperties {
  readonly #at: ManifestPath;
  readonly #own: Mapping;
  readonly #template: SamTemplate;
  readonly #findings: Findings;
  readonly #read = new Set<string>();

  constructor(id: string, template: SamTemplate, findings: Findings) {
    this.#at = ["Resources", id, "Properties"];
    const resource = template.resources[id];
    this.#own = readMapping(isMapping(resource) ? resource["Properties"] : undefined, this.#at, findings);
    this.#template = template;
    this.#findings = findings;
  }

  /** As it is written. Mappings of both are merged, lists follow each other, and of the rest the function's own counts. */
  raw(name: string): unknown {
    this.#read.add(name);
    return merge(this.#template.globals[name], this.#own[name]);
  }

  /** With its intrinsics worked out; undefined, after noting why, when they cannot be. */
  read(name: string): unknown {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    return this.#findings.take(this.place(name), resolveIntrinsics(value, this.#template.scope));
  }

  place(name: string): ManifestPath {
    return this.#own[name] === undefined && this.#template.globals[name] !== undefined
      ? ["Globals", "Function", name]
      : [...this.#at, name];
  }

  /** Notes every property that nobody has read. */
  skipRest(): void {
    for (const name of new Set([...Object.keys(this.#own), ...Object.keys(this.#template.globals)])) {
      if (this.#read.has(name) || SILENT.has(name)) continue;
      this.#findings.skip(this.place(name), REASONS[name] ?? "has no counterpart in Sluice");
    }
  }
}

function merge(global: unknown, own: unknown): unknown {
  if (own === undefined) return global;
  if (Array.isArray(global) && Array.isArray(own)) return [...(global as unknown[]), ...(own as unknown[])];
  if (!isMapping(global) || !isMapping(own) || isIntrinsic(global) || isIntrinsic(own)) return own;
  const merged: Record<string, unknown> = { ...global };
  for (const [key, value] of Object.entries(own)) merged[key] = merge(global[key], value);
  return merged;
}

function isIntrinsic(value: Mapping): boolean {
  const [key = ""] = Object.keys(value);
  return key === "Ref" || key.startsWith("Fn::");
}
