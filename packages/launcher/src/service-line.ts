import { formatLogLine } from "@sluice/process";

/** What of a service's output belongs in the terminal: warnings, errors, and whatever is no log line (a crash). */
export function lineForTerminal(line: string): string | undefined {
  const level = /^\{"level":"(\w+)"/.exec(line)?.[1];
  if (level === undefined) return line.trim() === "" ? undefined : line;
  return level === "warn" || level === "error" ? formatLogLine(line).trimEnd() : undefined;
}
