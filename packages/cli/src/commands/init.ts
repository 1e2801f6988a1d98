import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { MANIFEST_FILE } from "../manifest/find-manifests.ts";

const HANDLER_FILE = "greet.ts";

const MANIFEST = (endpoint: string): string => `# yaml-language-server: $schema=${endpoint}/api/v1/manifest.schema.json
functions:
  greet:
    entry: ./${HANDLER_FILE}
    memoryMb: 128
    timeoutMs: 3000
    environment:
      GREETING: Hello
    triggers:
      # Answers at /fn/greet
      - http: {}
`;

const HANDLER = `/** An HTTP call has its body and query here; an event of \`npx sluice invoke\` is what you give it. */
interface GreetEvent {
  name?: string;
  body?: string;
  queryStringParameters?: { name?: string };
}

export async function handler(event: GreetEvent) {
  const sent = event.body ? (JSON.parse(event.body) as { name?: string }) : event;
  const name = event.queryStringParameters?.name ?? sent.name ?? "world";
  console.log("greeting", name);
  return { message: \`\${process.env.GREETING}, \${name}!\` };
}
`;

export function registerInit(program: Command, context: CommandContext): void {
  program
    .command("init")
    .description("write a sluice.yaml and a function to start from")
    .argument("[dir]", "folder", ".")
    .action((dir: string) => init(context, dir));
}

function init(context: CommandContext, dir: string): void {
  const { cwd } = context.host;
  const folder = resolve(cwd, dir);
  const files: readonly [string, string][] = [
    [join(folder, MANIFEST_FILE), MANIFEST(context.endpoint())],
    [join(folder, HANDLER_FILE), HANDLER],
  ];
  const present = files.find(([file]) => existsSync(file));
  if (present !== undefined) {
    throw new CliError(
      `${present[0]} is there already; nothing was written.`,
      "Name another folder: npx sluice init <dir>",
    );
  }
  for (const [file, text] of files) {
    mkdirSync(dirname(file), { recursive: true });
    // Refuses a file that appeared in between, too.
    writeFileSync(file, text, { flag: "wx" });
    context.print(`${context.styles.good("written")}  ${relative(cwd, file)}\n`);
  }
  const shown = relative(cwd, folder);
  context.note(
    `Next: npx sluice deploy${shown === "" ? "" : ` ${shown}`} && npx sluice invoke greet --event '{"name":"Ada"}'`,
  );
}
