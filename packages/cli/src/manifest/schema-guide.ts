import { manifestJsonSchema } from "@sluice/core";
import { isMap, isScalar, isSeq } from "yaml";
import { nearestName } from "./nearest-name.ts";
import type { ManifestPath, YamlSource } from "./yaml-source.ts";

/** The part of JSON Schema that the manifest's schema uses. */
export interface ManifestSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, ManifestSchema>>;
  readonly additionalProperties?: ManifestSchema | boolean;
  readonly items?: ManifestSchema;
  readonly anyOf?: readonly ManifestSchema[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface UnknownKey {
  readonly path: ManifestPath;
  readonly message: string;
}

export function manifestSchema(): ManifestSchema {
  return manifestJsonSchema();
}

/** Keys that the schema does not know, each with the key that was probably meant. */
export function findUnknownKeys(source: YamlSource, schema: ManifestSchema): UnknownKey[] {
  const unknown: UnknownKey[] = [];
  const walk = (raw: unknown, at: ManifestSchema | undefined, path: ManifestPath): void => {
    const node = source.resolve(raw);
    const shape = at === undefined ? undefined : withoutNull(at);
    if (shape === undefined) return;
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) walk(item, shape.items, [...path, index]);
    } else if (isMap(node)) {
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : String(key);
        const next = [...path, name];
        const known = propertyOf(shape, name);
        if (known !== undefined) walk(value, known, next);
        else if (shape.properties !== undefined) unknown.push({ path: next, message: suggest(name, shape.properties) });
      }
    }
  };
  walk(source.root, schema, []);
  return unknown;
}

function suggest(name: string, properties: Readonly<Record<string, ManifestSchema>>): string {
  const known = Object.keys(properties).filter((key) => key !== "$schema");
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `is not a known key; did you mean '${nearest}'?`;
  return `is not a known key; known are ${known.map((key) => `'${key}'`).join(", ")}`;
}

export function schemaAt(schema: ManifestSchema, path: ManifestPath): ManifestSchema | undefined {
  let at: ManifestSchema | undefined = schema;
  for (const part of path) {
    const shape: ManifestSchema | undefined = at === undefined ? undefined : withoutNull(at);
    at = typeof part === "number" ? shape?.items : shape === undefined ? undefined : propertyOf(shape, part);
  }
  return at;
}

/** What to write at a place, in words; undefined when the schema says nothing that would help. */
export function expectation(schema: ManifestSchema): string | undefined {
  const shape = withoutNull(schema);
  if (shape.enum !== undefined) return `must be ${shape.enum.map((value) => `'${value}'`).join(" or ")}`;
  const types = typeof shape.type === "string" ? [shape.type] : (shape.type ?? []);
  if (types.includes("integer")) return `must be a whole number${range(shape.minimum, shape.maximum, "from", "to")}`;
  if (types.length > 1) return "must be text, a number, true or false";
  if (types[0] === "string") return `must be text${range(shape.minLength, shape.maxLength, "of", "to", " characters")}`;
  if (types[0] === "array") return `must be a list${range(shape.minItems, shape.maxItems, "of", "to", " items")}`;
  if (types[0] === "object") {
    const keys = Object.keys(shape.properties ?? {}).filter((key) => key !== "$schema");
    return `must be a mapping${keys.length > 0 ? ` with keys such as ${keys.slice(0, 4).join(", ")}` : ""}`;
  }
  return undefined;
}

function range(min: number | undefined, max: number | undefined, from: string, to: string, unit = ""): string {
  if (min !== undefined && max !== undefined) return ` ${from} ${min} ${to} ${max}${unit}`;
  if (max !== undefined) return ` of at most ${max}${unit}`;
  return min === undefined ? "" : ` of at least ${min}${unit}`;
}

function withoutNull(schema: ManifestSchema): ManifestSchema {
  return schema.anyOf?.find((branch) => branch.type !== "null") ?? schema;
}

function propertyOf(schema: ManifestSchema, name: string): ManifestSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}
