import { Bench } from "./bench.ts";
import { LoadGenerator } from "./load/load-generator.ts";
import { type Options, readOptions, type StepName, USAGE } from "./options.ts";
import { type Results, type StepFault, toJson, toText } from "./report.ts";
import type { Section } from "./section.ts";
import { measureBundles } from "./steps/bundles.ts";
import { measureColdStart } from "./steps/cold-start.ts";
import { measureHostCalls } from "./steps/host-calls.ts";
import { measureHostile } from "./steps/hostile.ts";
import { measureLambdaApi } from "./steps/lambda-api.ts";
import { measureManyFunctions } from "./steps/many-functions.ts";
import { measureMemory } from "./steps/memory.ts";
import { measureQueued } from "./steps/queued.ts";
import { measureSync } from "./steps/sync.ts";
import { measureWebhook } from "./steps/webhook.ts";
import { judge } from "./targets.ts";
import { InterruptedError, Teardown } from "./teardown.ts";

const STEPS: Readonly<Record<StepName, (bench: Bench) => Promise<readonly Section[]>>> = {
  sync: measureSync,
  webhook: measureWebhook,
  queued: measureQueued,
  "lambda-api": measureLambdaApi,
  "many-functions": measureManyFunctions,
  "cold-start": measureColdStart,
  bundles: measureBundles,
  memory: measureMemory,
  "host-calls": measureHostCalls,
  hostile: measureHostile,
};

const EXIT_INTERRUPTED = 130;

async function main(): Promise<number> {
  const parsed = readOptions(process.argv.slice(2));
  if (parsed.kind === "help") {
    console.log(USAGE);
    return 0;
  }
  if (parsed.kind === "fault") {
    console.error(`${parsed.message}\n\n${USAGE}`);
    return 2;
  }
  const results = await measure(parsed.options);
  if (results === undefined) return EXIT_INTERRUPTED;
  console.log(parsed.options.json ? toJson(results) : `\n${toText(results)}`);
  // A missed target is a figure; a step that could not be measured is a fault.
  return results.faults.length > 0 ? 1 : 0;
}

/** Undefined when it was interrupted. */
async function measure(options: Options): Promise<Results | undefined> {
  const startedAt = Date.now();
  const sections: Section[] = [];
  const faults: StepFault[] = [];
  let interrupted = false;
  for (const step of options.steps) {
    const teardown = new Teardown({ onFault: (error) => progress(`could not stop something: ${describe(error)}`) });
    const interrupt = (): void => {
      // The second time nothing is waited for.
      if (interrupted) process.exit(EXIT_INTERRUPTED);
      interrupted = true;
      progress("stopping everything; again to leave at once");
      void teardown.close();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
    try {
      sections.push(...(await runStep(step, options, teardown)));
    } catch (error) {
      if (!interrupted && !(error instanceof InterruptedError)) faults.push({ step, message: describe(error) });
    } finally {
      await teardown.close();
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, interrupt);
    }
    if (interrupted) return undefined;
  }
  for (const { step, message } of faults) progress(`${step} could not be measured: ${message}`);
  return { options, startedAt, tookMs: Date.now() - startedAt, sections, judgements: judge(sections), faults };
}

async function runStep(step: StepName, options: Options, teardown: Teardown): Promise<readonly Section[]> {
  const load = await LoadGenerator.start();
  await teardown.add(() => load.stop());
  return await STEPS[step](new Bench({ options, teardown, load, progress }));
}

function progress(line: string): void {
  console.error(`[${(performance.now() / 1_000).toFixed(1).padStart(6)} s] ${line}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main();
