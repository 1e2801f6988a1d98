import { CliError, EXIT } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";

/** Asks before something that cannot be undone. @throws CliError when there is nobody to ask */
export async function confirm({ host }: CommandContext, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!host.stdin.isTty)
    throw new CliError("Nobody can be asked here.", "Add --yes to go on without asking.", EXIT.usage);
  return /^y(es)?$/i.test((await host.stdin.ask(`${question} [y/N] `)).trim());
}
