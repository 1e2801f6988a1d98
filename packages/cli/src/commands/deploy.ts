import type { DeployRequest, SluiceClient } from "@sluice/client";
import { type Command, InvalidArgumentError } from "commander";
import { CliError, EXIT } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { type DeployOutcome, formatOutcomes, outcomeDocument } from "../deploy/deploy-report.ts";
import { type PlannedDeployment, prepare, type ReadFile } from "../deploy/deployable.ts";
import { formatReadFiles } from "../deploy/read-files.ts";
import { planAll } from "../deploy/server-plan.ts";
import { findManifests } from "../manifest/find-manifests.ts";
import { formatFault, type SourceFault, sortFaults } from "../manifest/source-fault.ts";
import { count, formatDuration } from "../terminal/quantities.ts";

interface DeployOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly stage?: string;
  readonly param: ReadonlyMap<string, string>;
}

export function registerDeploy(program: Command, context: CommandContext): void {
  program
    .command("deploy")
    .description(
      "bundle and deploy the functions of a sluice.yaml, a SAM template or a serverless.yml, or of all in the folders of a folder",
    )
    .argument("[path]", "folder, or one of those files", ".")
    .option("--dry-run", "show what would change, and change nothing")
    .option("-y, --yes", "for scripts that give it to every command: deploy asks nothing")
    .option("--stage <name>", "stage of a serverless.yml")
    .option(
      "--param <name=value>",
      "parameter of a SAM template or a serverless.yml, or name of a resource; may be repeated",
      addParameter,
      new Map<string, string>(),
    )
    .option("--json", "print one JSON document")
    .action((path: string, options: DeployOptions) => deploy(context, path, options));
}

function addParameter(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const mark = text.indexOf("=");
  if (mark < 1) throw new InvalidArgumentError("It must be a name and a value, as in --param Name=value.");
  return new Map(before).set(text.slice(0, mark), text.slice(mark + 1));
}

async function deploy(context: CommandContext, path: string, options: DeployOptions): Promise<void> {
  const started = context.host.now();
  const found = findManifests(path, context.host.cwd);
  const variables = { stage: options.stage, params: options.param };
  const { deployables, faults, warnings, read } = await prepare(found, context.host, variables);
  for (const warning of warnings)
    context.note(`${context.noteStyles.warn("warning")}  ${formatFault(warning, context.noteStyles).trimEnd()}`);
  if (faults.length > 0) {
    // What is left out may be the reason.
    const leftOut = formatReadFiles(read, context.noteStyles);
    if (!options.json && leftOut !== "") context.note(leftOut);
    return refuse(context, faults, options);
  }
  const client = context.client();
  context.note(
    context.noteStyles.dim(`${count(deployables.length, "function")} bundled, going to ${context.endpoint()}`),
  );
  const { planned, faults: refused } = await planAll(client, deployables);
  if (refused.length > 0) return refuse(context, refused, options);
  const outcomes = options.dryRun
    ? planned.map((plan): DeployOutcome => ({ planned: plan }))
    : await apply(context, client, planned);
  report(context, { outcomes, read, tookMs: context.host.now() - started }, options);
}

/** One after the other: what is deployed when one fails is then plain to say. */
async function apply(
  context: CommandContext,
  client: SluiceClient,
  planned: readonly PlannedDeployment[],
): Promise<DeployOutcome[]> {
  const outcomes: DeployOutcome[] = [];
  for (const deployment of planned) {
    const { fn } = deployment;
    try {
      const request = { name: fn.name, options: fn.options, ...artifactsOf(deployment) };
      outcomes.push({ planned: deployment, deployed: await client.deploy(request) });
    } catch (error) {
      const done = outcomes.map((outcome) => outcome.planned.fn.name);
      context.note(`Stopped at ${fn.name}; deployed before it: ${done.length === 0 ? "nothing" : done.join(", ")}.`);
      throw error;
    }
  }
  return outcomes;
}

/** What the platform has of this function already is named, and the rest is sent. */
function artifactsOf({ bundle, plan }: PlannedDeployment): Pick<DeployRequest, "code" | "sourceMap"> {
  const has = (change: string): boolean => plan.action !== "created" && !plan.changes.includes(change);
  const code = has("code") ? { codeDigest: bundle.digest } : { code: bundle.code };
  if (bundle.sourceMap === undefined) return { code };
  const { json: map, digest } = bundle.sourceMap;
  return { code, sourceMap: has("sourceMap") ? { digest } : { map } };
}

function refuse(context: CommandContext, faults: readonly SourceFault[], { json }: DeployOptions): void {
  const sorted = sortFaults(faults);
  if (json) {
    context.printJson({ ok: false, faults: sorted });
    context.exitWith(EXIT.failed);
    return;
  }
  for (const fault of sorted) context.note(formatFault(fault, context.noteStyles));
  throw new CliError(
    `${count(faults.length, "fault")} found; nothing was deployed.`,
    "Correct what is shown above and deploy again.",
  );
}

interface DeployReport {
  readonly outcomes: readonly DeployOutcome[];
  readonly read: readonly ReadFile[];
  readonly tookMs: number;
}

function report(
  context: CommandContext,
  { outcomes, read, tookMs }: DeployReport,
  { json, dryRun }: DeployOptions,
): void {
  const address = { endpoint: context.endpoint(), now: context.host.now() };
  if (json) {
    const functions = outcomes.map((outcome) => outcomeDocument(outcome, address));
    context.printJson({ ok: true, dryRun: dryRun === true, read, functions });
    return;
  }
  context.print(formatOutcomes(outcomes, context.styles, address));
  const files = formatReadFiles(read, context.styles);
  if (files !== "") context.print(files);
  const changed = outcomes.filter(({ planned }) => planned.plan.action !== "unchanged").length;
  const summary = `${count(outcomes.length, "function")}, ${changed} ${dryRun ? "would change" : "changed"}, ${formatDuration(tookMs)}`;
  context.print(`${context.styles.dim(summary)}\n`);
}
