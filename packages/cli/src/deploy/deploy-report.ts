import type { Deployed } from "@sluice/client";
import { columns } from "../terminal/columns.ts";
import { formatBytes } from "../terminal/quantities.ts";
import type { Styles } from "../terminal/style.ts";
import type { PlannedDeployment } from "./deployable.ts";
import { type AddressOptions, describeTrigger } from "./trigger-address.ts";

export interface DeployOutcome {
  readonly planned: PlannedDeployment;
  /** Absent on a dry run. */
  readonly deployed?: Deployed;
}

/** One line per function: what became of it, its versions, its size, and what changed; then its triggers. */
export function formatOutcomes(outcomes: readonly DeployOutcome[], styles: Styles, options: AddressOptions): string {
  const heads = columns(
    outcomes.map(({ planned, deployed }) => [
      styles.bold(planned.fn.name),
      colourOf(planned, styles)(verb(planned, deployed === undefined)),
      versionStep(planned, deployed),
      formatBytes(planned.bundle.code.length),
      planned.plan.changes.join(", "),
    ]),
    "  ",
  ).split("\n");
  return outcomes
    .map(({ planned }, index) => {
      const triggers = planned.fn.triggers.map((trigger) => describeTrigger(trigger, options));
      return `${heads[index] ?? ""}\n${columns(triggers, "      ")}`;
    })
    .join("");
}

/** The same for programs. */
export function outcomeDocument(
  { planned, deployed }: DeployOutcome,
  options: AddressOptions,
): Record<string, unknown> {
  const { fn, bundle, plan } = planned;
  return {
    name: fn.name,
    action: plan.action,
    version: deployed?.version ?? plan.nextVersion,
    previousVersion: plan.version,
    changes: plan.changes,
    codeDigest: bundle.digest,
    codeBytes: bundle.code.length,
    triggers: fn.triggers.map((trigger) => {
      const [type, description] = describeTrigger(trigger, options);
      return { type, name: trigger.name, description };
    }),
  };
}

function verb({ plan }: PlannedDeployment, dryRun: boolean): string {
  if (plan.action === "unchanged") return "unchanged";
  return dryRun ? `would be ${plan.action}` : plan.action;
}

function colourOf({ plan }: PlannedDeployment, styles: Styles): (text: string) => string {
  return plan.action === "created" ? styles.good : plan.action === "updated" ? styles.warn : styles.dim;
}

function versionStep({ plan }: PlannedDeployment, deployed: Deployed | undefined): string {
  const now = deployed?.version ?? plan.nextVersion;
  if (now === null) return "new";
  return plan.version === null || plan.version === now ? `version ${now}` : `version ${plan.version} → ${now}`;
}
