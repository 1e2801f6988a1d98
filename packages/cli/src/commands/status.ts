import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { columns } from "../terminal/columns.ts";
import { printable } from "../terminal/printable.ts";
import { formatTime } from "../terminal/quantities.ts";

export function registerStatus(program: Command, context: CommandContext): void {
  program
    .command("status")
    .description("show what became of a queued invocation")
    .argument("<name>", "function")
    .argument("<id>", "invocation")
    .option("--json", "print one JSON document")
    .action(async (name: string, id: string, { json }: { json?: boolean }) => {
      const status = await context.client().getInvocation(name, id);
      if (json) {
        context.printJson(status);
        return;
      }
      const { styles } = context;
      const rows = [
        ["invocation", status.id],
        ["function", status.function],
        ["state", status.state === "dead-lettered" ? styles.bad(status.state) : styles.bold(status.state)],
        ["attempts", String(status.attempts)],
        ["accepted", `${formatTime(status.acceptedAt)} UTC`],
        ...(status.finishedAt === null ? [] : [["finished", `${formatTime(status.finishedAt)} UTC`]]),
        ...(status.result === null ? [] : [["result", printable(status.result)]]),
        ...(status.error === null
          ? []
          : [["error", printable(`${status.error.errorType}: ${status.error.errorMessage}`)]]),
        ...(status.deadLetterReason === null ? [] : [["reason", status.deadLetterReason]]),
      ];
      context.print(columns(rows.map(([label = "", value = ""]) => [styles.dim(label), value])));
    });
}
