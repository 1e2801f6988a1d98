import { existsSync, statSync } from "node:fs";
import type { FunctionOptions, FunctionOptionsInput, Trigger } from "@sluice/core";
import type { SourceFault } from "./source-fault.ts";

/** One function of a manifest, ready to be bundled. */
export interface ManifestFunction {
  readonly name: string;
  /** What the manifest says without the entry; sent to the platform as it is. */
  readonly options: FunctionOptionsInput;
  /** The same with defaults filled in. */
  readonly settings: FunctionOptions;
  readonly triggers: readonly Trigger[];
  /** Absolute. */
  readonly entry: string;
  /** Folder of the manifest, absolute. */
  readonly folder: string;
  /** A fault at a place inside the function (`["memoryMb"]`), or at its name. */
  readonly faultAt: (path: readonly (string | number)[], message: string) => SourceFault;
}

/** Whether the file that the manifest names is there. */
export function checkEntry({ entry, faultAt }: ManifestFunction): SourceFault[] {
  if (!existsSync(entry))
    return [faultAt(["entry"], `there is no file ${entry}; the path counts from the manifest's folder`)];
  if (!statSync(entry).isFile())
    return [faultAt(["entry"], `${entry} is not a file; name the file that exports the handler`)];
  return [];
}

/** Two triggers of one type and name would share an address. */
export function repeatedTriggers(functions: readonly ManifestFunction[]): SourceFault[] {
  const owners = new Map<string, string>();
  const faults: SourceFault[] = [];
  for (const { name, triggers, faultAt } of functions) {
    for (const [index, trigger] of triggers.entries()) {
      const key = `${trigger.type} ${trigger.name}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, name);
      else {
        const advice = trigger.type === "http" ? "remove it" : "give it another 'name'";
        const message = `'${owner}' already has the ${trigger.type} trigger '${trigger.name}'; ${advice}`;
        faults.push(faultAt(["triggers", index], message));
      }
    }
  }
  return faults;
}
