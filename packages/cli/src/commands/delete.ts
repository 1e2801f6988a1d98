import type { Command } from "commander";
import { EXIT } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { confirm } from "./confirm.ts";

export function registerDelete(program: Command, context: CommandContext): void {
  program
    .command("delete")
    .description("delete a function with its versions, triggers, queue and logs")
    .argument("<name>", "function")
    .option("-y, --yes", "do not ask")
    .action(async (name: string, { yes = false }: { yes?: boolean }) => {
      const client = context.client();
      const fn = await client.getFunction(name);
      const question = `Delete ${name} (version ${fn.version}) with its queue and logs?`;
      if (!(await confirm(context, question, yes))) {
        context.note("Nothing was deleted.");
        context.exitWith(EXIT.failed);
        return;
      }
      await client.deleteFunction(name);
      context.print(`${context.styles.bold(name)}  deleted\n`);
    });
}
