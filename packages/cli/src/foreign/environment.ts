import type { ManifestPath } from "../manifest/yaml-source.ts";
import type { Findings, Resolution } from "./findings.ts";
import { readMapping } from "./mapping.ts";

/** Variables of a function. One that only AWS could fill in is left out and noted; one that is null is none. */
export function readEnvironment(
  written: unknown,
  path: ManifestPath,
  findings: Findings,
  resolve: (value: unknown) => Resolution,
): Record<string, unknown> | undefined {
  const variables: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(readMapping(written, path, findings))) {
    const at = [...path, name];
    const resolved = findings.take(at, leftOut(resolve(value)));
    if (resolved === undefined || resolved === null) continue;
    if (typeof resolved === "object") findings.fault(at, "must be text, a number, true or false");
    else variables[name] = resolved;
  }
  return Object.keys(variables).length === 0 ? undefined : variables;
}

function leftOut(resolution: Resolution): Resolution {
  if (resolution.ok || resolution.kind === "fault") return resolution;
  return { ...resolution, reason: `is left out: ${resolution.reason}` };
}
