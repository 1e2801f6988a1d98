const DEPTH_MAX = 16;

/**
 * What a package's `exports` or `imports` says of `key` (`.`, `./sub`, `#name`), as Node reads it: a path from the
 * package's folder, or for `imports` also another package. Undefined: nothing that may be loaded.
 */
export function exportsTarget(map: unknown, key: string, conditions: ReadonlySet<string>): string | undefined {
  if (!isSubpathMap(map)) return key === "." ? targetOf(map, "", conditions, 0) : undefined;
  if (Object.hasOwn(map, key) && !key.includes("*")) return targetOf(map[key], "", conditions, 0);
  let best: { readonly prefix: string; readonly pattern: string; readonly star: string } | undefined;
  for (const pattern of Object.keys(map)) {
    const [prefix = "", suffix, ...more] = pattern.split("*");
    if (suffix === undefined || more.length > 0) continue;
    if (!key.startsWith(prefix) || !key.endsWith(suffix) || key.length < prefix.length + suffix.length + 1) continue;
    const star = key.slice(prefix.length, key.length - suffix.length);
    if (best === undefined || prefix.length > best.prefix.length) best = { prefix, pattern, star };
  }
  return best === undefined ? undefined : targetOf(map[best.pattern], best.star, conditions, 0);
}

function isSubpathMap(map: unknown): map is Readonly<Record<string, unknown>> {
  if (typeof map !== "object" || map === null || Array.isArray(map)) return false;
  return Object.keys(map).some((key) => key.startsWith(".") || key.startsWith("#"));
}

function targetOf(target: unknown, star: string, conditions: ReadonlySet<string>, depth: number): string | undefined {
  if (typeof target === "string") return target.replaceAll("*", () => star);
  if (typeof target !== "object" || target === null || depth > DEPTH_MAX) return undefined;
  const choices = Array.isArray(target)
    ? (target as readonly unknown[])
    : Object.entries(target).flatMap(([condition, choice]) => (conditions.has(condition) ? [choice as unknown] : []));
  for (const choice of choices) {
    const found = targetOf(choice, star, conditions, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
