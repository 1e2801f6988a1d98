/** One line of the JSON log as a person reads it: time, level, service, message, `key=value`. */

const FRAME_FIELDS = new Set(["time", "level", "service", "pid", "message", "err"]);

export function formatLogLine(json: string): string {
  const record = parse(json);
  if (record === undefined) return json;
  const head = `${timeOf(record["time"])} ${text(record["level"]).toUpperCase().padEnd(5)} ${text(record["service"])}`;
  const fields = Object.entries(record)
    .filter(([name]) => !FRAME_FIELDS.has(name))
    .map(([name, value]) => ` ${name}=${show(value)}`);
  return `${head}: ${text(record["message"])}${fields.join("")}${errorText(record["err"])}\n`;
}

function parse(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function timeOf(time: unknown): string {
  return typeof time === "string" ? time.slice(11, 23) : "";
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function show(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function errorText(error: unknown): string {
  if (typeof error !== "object" || error === null) return error === undefined ? "" : ` err=${show(error)}`;
  const stack = "stack" in error && typeof error.stack === "string" ? error.stack : show(error);
  return `\n  ${stack.replaceAll("\n", "\n  ")}`;
}
