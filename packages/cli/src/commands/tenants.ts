import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { columns } from "../terminal/columns.ts";
import { count } from "../terminal/quantities.ts";
import { printCredentials } from "./keys.ts";

export function registerTenants(program: Command, context: CommandContext): void {
  const tenants = program.command("tenants").description("show and make tenants, with a key of the first tenant");
  tenants
    .command("list")
    .description("show the tenants")
    .option("--json", "print one JSON document")
    .action(async ({ json }: { json?: boolean }) => {
      const found = await context.client().listTenants();
      if (json) {
        context.printJson({ tenants: found });
        return;
      }
      const { styles } = context;
      const head = ["TENANT", "PRIVATE HOSTS"].map(styles.dim);
      const rows = found.map(({ name, privateEgress }) => [styles.bold(name), privateEgress.join(", ") || "none"]);
      context.print(`${columns([head, ...rows])}${styles.dim(count(found.length, "tenant"))}\n`);
    });
  tenants
    .command("create")
    .description("make a tenant, and print its first key, which may do everything there")
    .argument("<name>", "lower-case letters, digits and '-'")
    .option("--json", "print one JSON document")
    .action(async (name: string, { json }: { json?: boolean }) => {
      const created = await context.client().createTenant(name);
      if (json) context.printJson(created);
      else printCredentials(context, name, created.key);
    });
}
