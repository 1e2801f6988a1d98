import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { columns } from "../terminal/columns.ts";
import { printable } from "../terminal/printable.ts";
import { count, formatTime } from "../terminal/quantities.ts";

interface DeadLettersOptions {
  /** True: all of them. */
  readonly redrive?: string | true;
  readonly json?: boolean;
}

export function registerDeadLetters(program: Command, context: CommandContext): void {
  program
    .command("dead-letters")
    .description("show events whose attempts are exhausted, or queue them again")
    .argument("<name>", "function")
    .option("--redrive [id]", "queue one, or all of them, again with fresh attempts")
    .option("--json", "print one JSON document")
    .action((name: string, options: DeadLettersOptions) => deadLetters(context, name, options));
}

async function deadLetters(
  context: CommandContext,
  name: string,
  { redrive, json }: DeadLettersOptions,
): Promise<void> {
  const client = context.client();
  if (redrive !== undefined) {
    const redriven = await client.redriveDeadLetters(name, redrive === true ? undefined : redrive);
    if (json) context.printJson({ redriven });
    else context.print(`${count(redriven, "invocation")} queued again\n`);
    return;
  }
  const found = await client.listDeadLetters(name);
  if (json) {
    context.printJson({ deadLetters: found });
    return;
  }
  if (found.length === 0) {
    context.print(`${name} has no dead letters.\n`);
    return;
  }
  const { styles } = context;
  const head = ["INVOCATION", "ACCEPTED (UTC)", "ATTEMPTS", "REASON", "ERROR"].map(styles.dim);
  const rows = found.map((letter) => [
    letter.id,
    formatTime(letter.acceptedAt),
    String(letter.attempts),
    letter.deadLetterReason ?? "-",
    letter.error === null ? "-" : printable(`${letter.error.errorType}: ${letter.error.errorMessage}`),
  ]);
  context.print(columns([head, ...rows]));
}
