import { CommanderError } from "commander";
import { EXIT } from "./cli-error.ts";
import type { CliHost } from "./cli-host.ts";
import { createContext } from "./command-context.ts";
import { createProgram } from "./program.ts";
import { reportOf } from "./report-error.ts";
import { printable } from "./terminal/printable.ts";

/** Runs one command line and answers its exit code: 0 done, 1 failed, 2 used wrongly, 130 interrupted. Never throws. */
export async function runCli(host: CliHost): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram((globals) =>
    createContext({
      host,
      globals,
      exitWith: (code) => {
        exitCode = code;
      },
    }),
  );
  try {
    await program.parseAsync(host.args, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has printed its own message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (host.signal.aborted) return EXIT.interrupted;
    return printError(host, error);
  }
}

function printError(host: CliHost, error: unknown): number {
  const { code, message, fix, exitCode } = reportOf(error);
  const lines = message.split("\n").map(printable).join("\n       ");
  host.stderr.write(`error  ${lines}\n${fix === "" ? "" : `fix    ${printable(fix)}\n`}`);
  if (host.args.includes("--json")) {
    host.stdout.write(`${JSON.stringify({ ok: false, error: { code, message, fix } }, null, 2)}\n`);
  }
  return exitCode;
}
