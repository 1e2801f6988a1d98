import { dirname, relative, resolve } from "node:path";
import { type Bundle, type BundleFault, bundleFunction, readWasiProgram } from "@sluice/bundle";
import type { DeploymentPlan } from "@sluice/client";
import type { CliHost } from "../cli-host.ts";
import type { Skipped } from "../foreign/findings.ts";
import { loadForeign } from "../foreign/load-foreign.ts";
import type { FoundManifest, ManifestForm } from "../manifest/find-manifests.ts";
import { loadManifest } from "../manifest/load-manifest.ts";
import { type ManifestFunction, repeatedTriggers } from "../manifest/manifest-function.ts";
import type { SourceFault } from "../manifest/source-fault.ts";

/** A function with its bundled code. */
export interface Deployable {
  readonly fn: ManifestFunction;
  readonly bundle: Bundle;
}

export interface Prepared {
  readonly deployables: readonly Deployable[];
  readonly faults: readonly SourceFault[];
  readonly warnings: readonly SourceFault[];
  readonly read: readonly ReadFile[];
}

/** A file that was read, and what of it was not for Sluice. */
export interface ReadFile {
  /** As shown: relative to where the command runs. */
  readonly file: string;
  readonly form: ManifestForm;
  readonly functions: number;
  readonly skipped: readonly Skipped[];
}

/** What the command line says to files with variables of their own. */
export interface FileVariables {
  readonly stage: string | undefined;
  readonly params: ReadonlyMap<string, string>;
}

/** A function, what deploying it would change, and what it became once deployed. */
export interface PlannedDeployment extends Deployable {
  readonly plan: DeploymentPlan;
}

/** Reads all manifests and bundles all functions; finds every fault before anything is sent anywhere. */
export async function prepare(
  found: readonly FoundManifest[],
  { cwd, env }: CliHost,
  variables: FileVariables,
): Promise<Prepared> {
  const files = found.map(({ file }) => file);
  const manifests = found.map(({ file, form }) =>
    form === "sluice" ? loadManifest({ file, cwd, env }) : loadForeign({ file, form, cwd, env, ...variables }),
  );
  const functions = manifests.flatMap((manifest) => manifest.functions);
  const faults = [...manifests.flatMap((manifest) => manifest.faults), ...betweenManifests(functions, files)];
  const faulty = new Set(faults.map((fault) => fault.path));
  const deployables: Deployable[] = [];
  const warnings: SourceFault[] = [];
  for (const fn of functions) {
    // Bundling what has no entry file would only say so again.
    if (faulty.has(fn.faultAt(["entry"], "").path)) continue;
    const { entry, folder, settings } = fn;
    const { runtime, handler, environment } = settings;
    const result = await (runtime === "wasi"
      ? readWasiProgram(entry)
      : bundleFunction({ entry, folder, handler, environment }));
    if (result.ok) {
      deployables.push({ fn, bundle: result.bundle });
      warnings.push(...result.bundle.warnings.map((warning) => placeFault(fn, warning, cwd)));
    } else faults.push(...result.faults.map((fault) => placeFault(fn, fault, cwd)));
  }
  const read = manifests.map(({ file, functions: { length }, skipped }, index) => {
    return { file, form: found[index]?.form ?? "sluice", functions: length, skipped };
  });
  return { deployables, faults, warnings, read };
}

function placeFault(fn: ManifestFunction, { at, field, message }: BundleFault, cwd: string): SourceFault {
  if (at === undefined) return fn.faultAt([field !== undefined && field in fn.options ? field : "entry"], message);
  const { line, column, sourceLine } = at;
  return { file: relative(cwd, resolve(fn.folder, at.file)), line, column, path: "", message, sourceLine };
}

/** Faults that no manifest has by itself: two of them claim one name or one trigger. */
function betweenManifests(functions: readonly ManifestFunction[], files: readonly string[]): SourceFault[] {
  if (files.length < 2) return [];
  const owners = new Map<string, ManifestFunction>();
  const faults: SourceFault[] = [];
  for (const fn of functions) {
    const owner = owners.get(fn.name);
    if (owner === undefined) owners.set(fn.name, fn);
    else
      faults.push(
        fn.faultAt([], `is also the name of a function in ${dirname(owner.faultAt([], "").file)}; rename one`),
      );
  }
  const own = files.flatMap((file) => repeatedTriggers(functions.filter((fn) => resolve(fn.folder) === dirname(file))));
  const known = new Set(own.map((fault) => `${fault.file}:${fault.line}:${fault.column}`));
  const all = repeatedTriggers([...owners.values()]);
  return [...faults, ...all.filter((fault) => !known.has(`${fault.file}:${fault.line}:${fault.column}`))];
}
