import type { FunctionSummary } from "@sluice/client";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { columns } from "../terminal/columns.ts";
import { count, formatBytes, formatTime } from "../terminal/quantities.ts";

export function registerList(program: Command, context: CommandContext): void {
  program
    .command("list")
    .description("show the deployed functions")
    .option("--json", "print one JSON document")
    .action(async ({ json }: { json?: boolean }) => {
      const functions = await readAll(context);
      if (json) context.printJson({ functions });
      else context.print(format(functions, context));
    });
}

async function readAll(context: CommandContext): Promise<FunctionSummary[]> {
  const client = context.client();
  const functions: FunctionSummary[] = [];
  let after: string | null = null;
  do {
    const page = await client.listFunctions({ limit: 1000, ...(after === null ? {} : { after }) });
    functions.push(...page.functions);
    after = page.next;
  } while (after !== null);
  return functions;
}

function format(functions: readonly FunctionSummary[], { styles }: CommandContext): string {
  if (functions.length === 0) return "No functions yet. Deploy some with 'npx sluice deploy examples'.\n";
  const head = ["NAME", "VERSION", "TRIGGERS", "MEMORY", "TIMEOUT", "SIZE", "UPDATED (UTC)"].map(styles.dim);
  const rows = functions.map((fn) => [
    styles.bold(fn.name),
    fn.version,
    [...new Set(fn.triggers.map((trigger) => trigger.type))].join(", ") || "-",
    `${fn.memoryMb} MB`,
    `${fn.timeoutMs} ms`,
    formatBytes(fn.codeBytes),
    formatTime(fn.updatedAt),
  ]);
  return `${columns([head, ...rows])}${styles.dim(count(functions.length, "function"))}\n`;
}
