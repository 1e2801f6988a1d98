import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { InvocationResult } from "@sluice/client";
import { type Command, Option } from "commander";
import { CliError, EXIT } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { printable, printableLog } from "../terminal/printable.ts";

interface InvokeOptions {
  readonly event?: string;
  readonly eventFile?: string;
  readonly async?: boolean;
  readonly qualifier?: string;
  readonly json?: boolean;
}

export function registerInvoke(program: Command, context: CommandContext): void {
  program
    .command("invoke")
    .description("run a function and print its logs and result")
    .argument("<name>", "function")
    .argument("[-]", "'-' reads the event from standard input")
    .addOption(new Option("--event <json>", "event (default: {})").conflicts("eventFile"))
    .option("--event-file <file>", "file with the event; '-' is standard input")
    .option("--async", "queue the event and print the invocation's id instead of waiting")
    .option("--qualifier <version>", "version to run instead of the latest")
    .option("--json", "print one JSON document")
    .action((name: string, dash: string | undefined, options: InvokeOptions) => invoke(context, name, dash, options));
}

async function invoke(
  context: CommandContext,
  name: string,
  dash: string | undefined,
  options: InvokeOptions,
): Promise<void> {
  const event = await readEvent(context, dash, options);
  const { qualifier, json } = options;
  const request = { name, event, ...(qualifier === undefined ? {} : { qualifier }) };
  if (options.async) {
    const invocationId = await context.client().invokeAsync(request);
    if (json) context.printJson({ invocationId });
    else context.print(`${invocationId}\n`);
    context.note(context.noteStyles.dim(`Queued. See 'npx sluice status ${name} ${invocationId}'.`));
    return;
  }
  const result = await context.client().invoke({ ...request, logs: true });
  if (json) context.printJson(result);
  else context.print(format(result, context));
  if (!result.ok) context.exitWith(EXIT.failed);
}

async function readEvent({ host }: CommandContext, dash: string | undefined, options: InvokeOptions): Promise<string> {
  const { event, eventFile } = options;
  if (dash !== undefined && dash !== "-") {
    throw new CliError(
      `'${dash}' is one argument too many.`,
      `Write the event as --event '${dash}', or '-' for standard input.`,
      EXIT.usage,
    );
  }
  if (dash !== undefined && (event !== undefined || eventFile !== undefined)) {
    throw new CliError("The event is named twice.", "Use only one of '-', --event and --event-file.", EXIT.usage);
  }
  if (dash === "-" || event === "-" || eventFile === "-")
    return checkJson(await host.stdin.readAll(), "standard input");
  if (eventFile !== undefined) return checkJson(readEventFile(resolve(host.cwd, eventFile)), eventFile);
  return event === undefined ? "{}" : checkJson(event, "--event");
}

function readEventFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`The event cannot be read: ${reason}.`, "Check the path after --event-file.", EXIT.usage);
  }
}

function checkJson(text: string, where: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `The event in ${where} is not JSON: ${printable(reason)}.`,
      `Write it in double quotes inside single ones, such as --event '{"name":"Ada"}'.`,
      EXIT.usage,
    );
  }
}

function format({ logs, ok, result, error }: InvocationResult, { styles }: CommandContext): string {
  const lines = logs.map((line) => styles.dim(printableLog(line)));
  if (ok || error === null) return [...lines, printable(JSON.stringify(result, null, 2)), ""].join("\n");
  lines.push(`${styles.bad(printable(error.errorType))}: ${printable(error.errorMessage)}`);
  if (error.explanation !== undefined) lines.push(printable(error.explanation));
  // The first line of a trace says the error once more.
  const trace = error.trace[0]?.includes(error.errorMessage) ? error.trace.slice(1) : error.trace;
  lines.push(...trace.map((line) => styles.dim(printable(`  ${line.trim()}`))));
  return `${lines.join("\n")}\n`;
}
