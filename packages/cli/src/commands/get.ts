import type { FunctionDetail } from "@sluice/client";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { describeTrigger } from "../deploy/trigger-address.ts";
import { columns } from "../terminal/columns.ts";
import { printable } from "../terminal/printable.ts";
import { formatBytes, formatTime } from "../terminal/quantities.ts";

/** Shown for every value, whatever its length. */
const MASK = "********";

export function registerGet(program: Command, context: CommandContext): void {
  program
    .command("get")
    .description("show a function's configuration, triggers and addresses")
    .argument("<name>", "function")
    .option("--show-values", "show the values of environment variables, which may be secrets")
    .option("--json", "print one JSON document")
    .action(async (name: string, { json, showValues }: { json?: boolean; showValues?: boolean }) => {
      const found = await context.client().getFunction(name);
      const fn = showValues ? found : maskValues(found);
      if (json) context.printJson(fn);
      else context.print(format(fn, context));
    });
}

function maskValues(fn: FunctionDetail): FunctionDetail {
  const names = Object.keys(fn.config.environment);
  return { ...fn, config: { ...fn.config, environment: Object.fromEntries(names.map((name) => [name, MASK])) } };
}

function format(fn: FunctionDetail, { styles, host, endpoint }: CommandContext): string {
  const { config, settings } = fn;
  const rows = [
    ["name", styles.bold(fn.name)],
    ["version", fn.version],
    ["code", `${formatBytes(fn.codeBytes)}, sha256 ${fn.codeDigest}`],
    config.runtime === "wasi" ? ["runtime", "wasi"] : ["handler", config.handler],
    ...(config.description === "" ? [] : [["description", printable(config.description)]]),
    ["memory", `${config.memoryMb} MB`],
    ["timeout", `${config.timeoutMs} ms`],
    [
      "concurrency",
      settings.reservedConcurrency === null ? "as the workers take" : String(settings.reservedConcurrency),
    ],
    ["retries", settings.retry.delaysMs.map((delay) => `after ${delay / 1000} s`).join(", ") || "none"],
    ["updated", `${formatTime(fn.updatedAt)} UTC`],
    ...Object.entries(config.environment).map(([name, value], index) => [
      index === 0 ? "environment" : "",
      `${name}=${value === MASK ? value : JSON.stringify(value)}`,
    ]),
    ...fn.triggers.map((trigger, index) => [
      index === 0 ? "triggers" : "",
      describeTrigger(trigger, { endpoint: endpoint(), now: host.now() }).join("  "),
    ]),
  ];
  return columns(rows.map(([label = "", value = ""]) => [styles.dim(label), value]));
}
