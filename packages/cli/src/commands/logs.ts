import { type SluiceClient, SluiceConnectionError } from "@sluice/client";
import { type Command, InvalidArgumentError } from "commander";
import type { CommandContext } from "../command-context.ts";
import { printableLog } from "../terminal/printable.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

const POLL_MS = 500;
const PAGE = 1000;

export function registerLogs(program: Command, context: CommandContext): void {
  program
    .command("logs")
    .description("print the last log lines of a function")
    .argument("<name>", "function")
    .option("-f, --follow", "go on printing new lines until Ctrl-C")
    .option("--limit <lines>", "how many lines to begin with", readLimit, 100)
    .option("--json", "print JSON; with --follow, one object a line")
    .action((name: string, options: LogsOptions) => logs(context, name, options));
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE) return limit;
  throw new InvalidArgumentError(`It must be a number from 1 to ${PAGE}.`);
}

async function logs(context: CommandContext, name: string, options: LogsOptions): Promise<void> {
  const client = context.client();
  // Every record has a line at least, so the last N records hold the last N lines.
  const { entries, cursor } = await client.readLogs(name, { limit: options.limit });
  const lines = entries.flatMap((entry) => entry.lines).slice(-options.limit);
  if (options.json && !options.follow) context.printJson({ function: name, lines, cursor });
  else printLines(context, lines, options);
  if (options.follow) await follow(context, client, name, { ...options, cursor });
}

async function follow(
  context: CommandContext,
  client: SluiceClient,
  name: string,
  options: LogsOptions & { readonly cursor: string | null },
): Promise<void> {
  const { signal, sleep } = context.host;
  let { cursor } = options;
  let lost = false;
  while (!signal.aborted) {
    try {
      const page = await client.readLogs(name, { limit: PAGE, ...(cursor === null ? {} : { after: cursor }) });
      if (lost) context.note("The gateway answers again.");
      lost = false;
      cursor = page.cursor;
      printLines(
        context,
        page.entries.flatMap((entry) => entry.lines),
        options,
      );
      if (page.entries.length === PAGE) continue;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SluiceConnectionError)) throw error;
      if (!lost) context.note(`${error.message} Trying again until Ctrl-C.`);
      lost = true;
    }
    await sleep(POLL_MS, signal);
  }
}

function printLines({ print, styles }: CommandContext, lines: readonly string[], { json }: LogsOptions): void {
  if (lines.length === 0) return;
  if (json) print(lines.map((line) => `${JSON.stringify({ line })}\n`).join(""));
  else print(lines.map((line) => `${colour(printableLog(line), styles)}\n`).join(""));
}

function colour(line: string, styles: CommandContext["styles"]): string {
  if (/^(START|END|REPORT) RequestId: /.test(line)) return styles.dim(line);
  const level = line.split("\t", 3)[2];
  if (level === "ERROR" || level === "FATAL") return styles.bad(line);
  return level === "WARN" ? styles.warn(line) : line;
}
