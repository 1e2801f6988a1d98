export class AssertionError extends Error {}
export class OptionalFeatureUnsupportedError extends AssertionError {}

export function format(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name}`;
  if (Array.isArray(value)) return `[${value.slice(0, 20).map(format).join(", ")}${value.length > 20 ? ", …" : ""}]`;
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return `object "${String(value)}"`;
  } catch {
    return "object";
  }
}

export function describeThrown(error) {
  try {
    return error instanceof Error || error instanceof DOMException
      ? `${error.name}: ${error.message}`
      : `threw ${format(error)}`;
  } catch {
    return "threw something that cannot be shown";
  }
}

export function check(holds, name, description, text) {
  if (!holds) throw new AssertionError(`${name}: ${description === undefined ? "" : `${description} `}${text}`);
}
