import { nearestName } from "./nearest-name.ts";
import type { ManifestPath } from "./yaml-source.ts";

export interface InterpolationFault {
  readonly path: ManifestPath;
  readonly message: string;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/**
 * Puts `${NAME}` and `${NAME:-default}` of the deployer's environment into environment values and trigger secrets, so
 * that a manifest need not hold them; `$${` stands for a plain `${`. Answers a copy, and the names that are missing.
 */
export function interpolate(
  document: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { readonly document: unknown; readonly faults: readonly InterpolationFault[] } {
  const faults: InterpolationFault[] = [];
  const walk = (value: unknown, path: ManifestPath): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
    }
    if (typeof value !== "string" || !mayRefer(path)) return value;
    return fillIn(value, env, (message) => faults.push({ path, message }));
  };
  return { document: walk(document, []), faults };
}

function mayRefer(path: ManifestPath): boolean {
  if (path[0] !== "functions") return false;
  return path[2] === "environment" || (path[2] === "triggers" && path[5] === "auth");
}

function fillIn(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  fault: (message: string) => void,
): string {
  return text.replace(REFERENCE, (whole: string, inner: string | undefined) => {
    if (inner === undefined) return "${";
    const [, name, fallback] = NAME.exec(inner) ?? [];
    if (name === undefined || !whole.endsWith("}")) {
      fault(`'${whole}' is not a reference; write \${NAME} or \${NAME:-default}, or $\${ for a plain \${`);
      return whole;
    }
    const value = fallback === undefined ? env[name] : env[name] || fallback;
    if (value !== undefined) return value;
    const nearest = nearestName(name, Object.keys(env));
    const hint = nearest === undefined ? "" : ` (there is '${nearest}')`;
    fault(`needs the environment variable '${name}', which is not set${hint}; set it, or write \${${name}:-default}`);
    return "";
  });
}
