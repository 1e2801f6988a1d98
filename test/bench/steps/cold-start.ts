import { bundlePrelude } from "@sluice/runtime";
import type { Bench } from "../bench.ts";
import { CellPoolTrial, TRIAL_EVENT } from "../cell-pool-trial.ts";
import { BARE_ISOLATE, BareIsolates } from "../peers/bare-isolates.ts";
import { largeCode, smallCode } from "../sample-code.ts";
import { PRODUCT, type Sample, type Section } from "../section.ts";
import { percentile } from "../spread.ts";

/** From a ready cell to the first result of a version that no isolate has seen. */
export async function measureColdStart(bench: Bench): Promise<readonly Section[]> {
  const prelude = await bundlePrelude();
  const bare = await BareIsolates.start(bench);
  const sizes = [
    { name: "cold-small", title: "Cold start of a small function", code: smallCode },
    { name: "cold-50k", title: "Cold start of a function of 50 KB", code: largeCode },
  ];
  const sections: Section[] = [];
  for (const { name, title, code } of sizes) {
    const codes = Array.from({ length: bench.scale.versions }, (_, number) => code(number));
    sections.push(
      await bench.rounds({ name, title, quantities: ["p50Ms", "p99Ms", "initMs"], compared: "p50Ms" }, [
        { name: PRODUCT, measure: () => measureProduct(bench, prelude, codes) },
        { name: BARE_ISOLATE, measure: async () => toSample(await bare.measure(codes, TRIAL_EVENT)) },
      ]),
    );
  }
  return sections;
}

/** In a fresh cell each time, with room for all: what is measured is never that an older isolate has to go. */
async function measureProduct(bench: Bench, prelude: string, codes: readonly string[]): Promise<Sample> {
  const trial = await CellPoolTrial.start(bench, { prelude, isolatesPerCell: codes.length + 1 });
  // The first one turns the blank cell into the tenant's, and the pool starts another blank one meanwhile.
  await trial.run({ name: "first", code: smallCode(-1) });
  await trial.pool.ready();
  const times: number[] = [];
  const inits: number[] = [];
  for (const [number, code] of codes.entries()) {
    const startedAt = performance.now();
    const { initMs } = await trial.run({ name: `cold-${number}`, code });
    times.push(performance.now() - startedAt);
    if (initMs === null) throw new Error("a version that was never run was warm");
    inits.push(initMs);
  }
  await trial.stop();
  return { ...toSample(times), initMs: percentile(inits, 0.5) };
}

function toSample(times: readonly number[]): Sample {
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}
