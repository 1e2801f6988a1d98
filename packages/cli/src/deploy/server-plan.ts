import { SluiceApiError, type SluiceClient } from "@sluice/client";
import type { SourceFault } from "../manifest/source-fault.ts";
import type { Deployable, PlannedDeployment } from "./deployable.ts";

export interface ServerPlan {
  readonly planned: readonly PlannedDeployment[];
  readonly faults: readonly SourceFault[];
}

/**
 * Asks the platform what each deployment would change. What it refuses is shown at its place in the manifest.
 *
 * @throws SluiceApiError for refusals that are not about one function, such as wrong credentials
 */
export async function planAll(client: SluiceClient, deployables: readonly Deployable[]): Promise<ServerPlan> {
  const planned: PlannedDeployment[] = [];
  const faults: SourceFault[] = [];
  for (const deployable of deployables) {
    const { fn, bundle } = deployable;
    try {
      const plan = await client.planDeployment({
        name: fn.name,
        options: fn.options,
        code: { codeDigest: bundle.digest },
        ...(bundle.sourceMap === undefined ? {} : { sourceMap: { digest: bundle.sourceMap.digest } }),
      });
      planned.push({ ...deployable, plan });
    } catch (error) {
      const refused = refusals(deployable, error);
      if (refused === undefined) throw error;
      faults.push(...refused);
    }
  }
  return { planned, faults };
}

function refusals({ fn }: Deployable, error: unknown): SourceFault[] | undefined {
  if (!(error instanceof SluiceApiError)) return undefined;
  if (error.code === "Trigger.NameTaken") return [fn.faultAt([], `${error.message} ${error.fix}`)];
  if (error.code !== "Manifest.Invalid") return undefined;
  const { faults } = error.details as { faults?: readonly { path: (string | number)[]; message: string }[] };
  if (faults === undefined) return [fn.faultAt([], error.message)];
  return faults.map(({ path, message }) => fn.faultAt(path[0] === "options" ? path.slice(1) : [], message));
}
