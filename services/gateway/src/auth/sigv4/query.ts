import { normaliseQueryPart } from "./percent.ts";

/** Parameters of a query string in the form that signatures are made over. */
export type QueryParameters = readonly (readonly [name: string, value: string])[];

export function parseQuery(url: string): QueryParameters {
  const start = url.indexOf("?");
  if (start < 0 || start === url.length - 1) return [];
  const parameters: (readonly [string, string])[] = [];
  for (const part of url.slice(start + 1).split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const [name, value] = equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
    parameters.push([normaliseQueryPart(name), normaliseQueryPart(value)]);
  }
  return parameters;
}

/** Sorted by name, then value, by the bytes of the encoded text. */
export function canonicalQuery(parameters: QueryParameters): string {
  if (parameters.length === 0) return "";
  const sorted = parameters.toSorted((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return sorted.map(([name, value]) => `${name}=${value}`).join("&");
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
