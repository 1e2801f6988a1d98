import type { ManifestPath } from "../manifest/yaml-source.ts";
import type { Findings } from "./findings.ts";

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The mapping at a place; empty, after noting a fault, when something else stands there. */
export function readMapping(value: unknown, path: ManifestPath, findings: Findings): Mapping {
  if (value === undefined || value === null) return {};
  if (isMapping(value)) return value;
  findings.fault(path, "must be a mapping");
  return {};
}

/** Text, or undefined after noting a fault. */
export function readText(value: unknown, path: ManifestPath, findings: Findings): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  findings.fault(path, "must be text");
  return undefined;
}

/** A whole number, also one that is written as text, as parameters are; undefined after noting a fault. */
export function readNumber(value: unknown, path: ManifestPath, findings: Findings): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number)) return number;
  findings.fault(path, "must be a whole number");
  return undefined;
}

/** Both forms are in use: `true` and `"true"`. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

export function isFalse(value: unknown): boolean {
  return value === false || value === "false";
}

/** What stands among other text; a list or a mapping as JSON. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? "";
}
