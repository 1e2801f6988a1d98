import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { CreatedKey, KeyRequest, KeyView } from "@sluice/client";
import { POLICY_PRESETS, type PolicyPreset, type PolicyStatement, presetPolicy } from "@sluice/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError, EXIT } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { columns } from "../terminal/columns.ts";
import { printable } from "../terminal/printable.ts";
import { count, formatTime } from "../terminal/quantities.ts";
import { confirm } from "./confirm.ts";

interface CreateOptions {
  readonly policy?: PolicyPreset;
  readonly functions?: readonly string[];
  readonly statements?: string;
  readonly expiresInDays?: number;
  readonly json?: boolean;
}

export function registerKeys(program: Command, context: CommandContext): void {
  const keys = program.command("keys").description("show, make and delete access keys");
  keys
    .command("list")
    .description("show the access keys, oldest first")
    .option("--json", "print one JSON document")
    .action(async ({ json }: { json?: boolean }) => {
      const found = await context.client().listKeys();
      if (json) context.printJson({ keys: found });
      else context.print(formatKeys(found, context));
    });
  keys
    .command("create")
    .description("make an access key and print it as a section for a credentials file; its secret is shown this once")
    .argument("<name>", "what the key is for, such as 'ci'")
    .addOption(new Option("--policy <policy>", "what it may do").choices(POLICY_PRESETS))
    .option("--functions <name...>", "limit it to functions of these names; * and ? may stand in them")
    .option("--statements <file>", "what it may do, as a JSON array of statements, instead of --policy")
    .option("--expires-in-days <days>", "when it stops to work; without it, never", readDays)
    .option("--json", "print one JSON document")
    .action((name: string, options: CreateOptions) => createKey(context, name, options));
  keys
    .command("delete")
    .description("delete an access key; gateways may take it for five seconds more")
    .argument("<id>", "access key id")
    .option("-y, --yes", "do not ask")
    .action((id: string, { yes = false }: { yes?: boolean }) => deleteKey(context, id, yes));
}

async function createKey(context: CommandContext, name: string, options: CreateOptions): Promise<void> {
  const created = await context.client().createKey(readRequest(context, name, options));
  if (options.json) {
    context.printJson(created);
    return;
  }
  printCredentials(context, name, created);
}

/** In the form of AWS's credentials files, so that it can be appended to one. */
export function printCredentials(context: CommandContext, profile: string, { id, secret }: CreatedKey): void {
  context.note("The secret is shown this once. As a section of a credentials file, for --profile and AWS_PROFILE:");
  context.print(`[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
}

function readRequest(context: CommandContext, name: string, options: CreateOptions): KeyRequest {
  const { policy, functions, statements, expiresInDays } = options;
  if ((policy === undefined) === (statements === undefined)) {
    const fix = `Add --policy ${POLICY_PRESETS.join("|")}, or --statements with a file.`;
    throw new CliError("It must be said in one way what the key may do.", fix, EXIT.usage);
  }
  const expiry = expiresInDays === undefined ? {} : { expiresInDays };
  if (policy !== undefined) return { name, policy, ...(functions === undefined ? {} : { functions }), ...expiry };
  if (functions !== undefined) {
    throw new CliError("--functions limits a --policy.", "Name functions in the statements' resources.", EXIT.usage);
  }
  return { name, statements: readStatements(resolve(context.host.cwd, statements ?? "")), ...expiry };
}

/** The gateway checks what is in them. */
function readStatements(path: string): readonly PolicyStatement[] {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as readonly PolicyStatement[];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`Cannot read statements: ${why}`, "Write a JSON array of statements into the file.", EXIT.usage);
  }
}

function readDays(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It must be a number of days from 1 to 3650.");
  return Number(text);
}

async function deleteKey(context: CommandContext, id: string, yes: boolean): Promise<void> {
  if (!(await confirm(context, `Delete the access key ${id}?`, yes))) {
    context.note("Nothing was deleted.");
    context.exitWith(EXIT.failed);
    return;
  }
  await context.client().deleteKey(id);
  context.print(`${context.styles.bold(id)}  deleted\n`);
}

function formatKeys(keys: readonly KeyView[], { styles }: CommandContext): string {
  const head = ["KEY", "NAME", "MAY", "CREATED (UTC)", "EXPIRES (UTC)"].map(styles.dim);
  const rows = keys.map((key) => [
    styles.bold(key.id),
    printable(key.name) || "-",
    describePolicies(key.policies),
    formatTime(key.createdAt),
    key.usable ? (key.expiresAt === null ? "never" : formatTime(key.expiresAt)) : styles.bad("not usable"),
  ]);
  return `${columns([head, ...rows])}${styles.dim(count(keys.length, "key"))}\n`;
}

/** The preset and the functions it is limited to, or how many statements there are. */
function describePolicies(policies: readonly PolicyStatement[]): string {
  const [first] = policies;
  const functions = first?.resources.flatMap(
    (resource) => /^arn:aws:lambda:\*:\*:function:([^:]+)$/.exec(resource)?.[1] ?? [],
  );
  for (const limit of [undefined, functions]) {
    const same = (preset: PolicyPreset): boolean =>
      JSON.stringify(presetPolicy(preset, limit)) === JSON.stringify(policies);
    const preset = POLICY_PRESETS.find(same);
    if (preset !== undefined) return limit === undefined ? preset : `${preset}: ${printable(limit.join(", "))}`;
  }
  return count(policies.length, "statement");
}
