import { Command } from "commander";
import type { CommandContext, GlobalOptions } from "./command-context.ts";
import { registerDeadLetters } from "./commands/dead-letters.ts";
import { registerDelete } from "./commands/delete.ts";
import { registerDeploy } from "./commands/deploy.ts";
import { registerGet } from "./commands/get.ts";
import { registerInit } from "./commands/init.ts";
import { registerInvoke } from "./commands/invoke.ts";
import { registerKeys } from "./commands/keys.ts";
import { registerList } from "./commands/list.ts";
import { registerLogs } from "./commands/logs.ts";
import { registerStatus } from "./commands/status.ts";
import { registerTenants } from "./commands/tenants.ts";
import { registerWorkers } from "./commands/workers.ts";
import { DEFAULT_ENDPOINT } from "./endpoint.ts";

const ENVIRONMENT_HELP = `
Environment:
  SLUICE_ENDPOINT           gateway, instead of the one that 'npm start' wrote down there, or ${DEFAULT_ENDPOINT}
  SLUICE_ACCESS_KEY_ID      key, together with SLUICE_SECRET_ACCESS_KEY; without them it is read from
  SLUICE_DATA_DIR           this folder's 'credentials', or from .sluice/credentials here or above
  NO_COLOR                  no colours
Exit codes: 0 done, 1 failed, 2 used wrongly`;

const REGISTRATIONS = [
  registerInit,
  registerDeploy,
  registerInvoke,
  registerLogs,
  registerList,
  registerGet,
  registerDelete,
  registerStatus,
  registerDeadLetters,
  registerWorkers,
  registerKeys,
  registerTenants,
];

/** All commands; `createContext` gets a reader of the global options, which are known only after parsing. */
export function createProgram(createContext: (globals: () => GlobalOptions) => CommandContext): Command {
  const program = new Command("sluice")
    .description("Deploy, run and watch functions on your own machines.")
    .option("--endpoint <url>", "address of the gateway")
    .option("--profile <name>", "section of the credentials file", "default")
    .showSuggestionAfterError()
    .showHelpAfterError("See 'npx sluice --help'.")
    .addHelpText("after", ENVIRONMENT_HELP)
    .exitOverride();
  const context = createContext(() => program.opts<{ endpoint?: string; profile: string }>());
  program.configureOutput({
    writeOut: (text) => context.print(text),
    writeErr: (text) => context.note(text.trimEnd()),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const register of REGISTRATIONS) register(program, context);
  return program;
}
