import { dirname, relative, resolve } from "node:path";
import { type Bundle, type BundleFault, bundleFunction, readWasiProgram } from "@sluice/bundle";
import type { DeploymentPlan } from "@sluice/client";
import type { CliHost } from "../cli-host.ts";
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
}

/** A function, what deploying it would change, and what it became once deployed. */
export interface PlannedDeployment extends Deployable {
  readonly plan: DeploymentPlan;
}

/** Reads all manifests and bundles all functions; finds every fault before anything is sent anywhere. */
export async function prepare(files: readonly string[], { cwd, env }: CliHost): Promise<Prepared> {
  const manifests = files.map((file) => loadManifest({ file, cwd, env }));
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
  return { deployables, faults, warnings };
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
