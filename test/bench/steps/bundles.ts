import { setTimeout as pause } from "node:timers/promises";
import { bundlePrelude } from "@sluice/runtime";
import type { Bench } from "../bench.ts";
import { CellPoolTrial, TRIAL_EVENT } from "../cell-pool-trial.ts";
import { BARE_ISOLATE, BareIsolates } from "../peers/bare-isolates.ts";
import { sampleBundles } from "../sample-bundles.ts";
import { smallCode } from "../sample-code.ts";
import { PRODUCT, type Sample, type Section } from "../section.ts";
import { percentile } from "../spread.ts";

/** In which a cell does for a version what it does once. */
const SETTLE_MS = 300;
/** Longer than all loads of a turn. */
const HOLD_MS = 2_500;

/**
 * Functions of realistic size, in a cell that has had them before: what every further isolate of theirs costs. A call
 * that waits keeps the isolates of the earlier loads, so that each load needs a new one.
 */
export async function measureBundles(bench: Bench): Promise<readonly Section[]> {
  const prelude = await bundlePrelude();
  const bare = await BareIsolates.start(bench);
  const sections: Section[] = [];
  for (const { name, title, code } of await sampleBundles()) {
    sections.push(
      await bench.rounds({ name, title, quantities: ["p50Ms", "p99Ms", "firstMs"], compared: "p50Ms" }, [
        { name: PRODUCT, measure: () => measureProduct(bench, prelude, code) },
        {
          name: BARE_ISOLATE,
          measure: async () => toSample(await bare.measure(Array(bench.scale.loads).fill(code), TRIAL_EVENT)),
        },
      ]),
    );
  }
  return sections;
}

async function measureProduct(bench: Bench, prelude: string, code: string): Promise<Sample> {
  const { loads } = bench.scale;
  const trial = await CellPoolTrial.start(bench, { prelude, isolatesPerCell: loads + 2 });
  await trial.run({ name: "first", code: smallCode(-1) });
  await trial.pool.ready();
  const load = async (): Promise<number> => {
    const startedAt = performance.now();
    const { initMs } = await trial.run({ name: "bundle", code });
    if (initMs === null) throw new Error("an isolate was there already");
    return performance.now() - startedAt;
  };
  const firstMs = await load();
  await pause(SETTLE_MS);
  const held: Promise<unknown>[] = [];
  const times: number[] = [];
  for (let number = 0; number < loads; number++) {
    held.push(trial.run({ name: "bundle", code, event: JSON.stringify({ name: "Grace", holdMs: HOLD_MS }) }));
    times.push(await load());
  }
  await Promise.all(held);
  await trial.stop();
  return { ...toSample(times), firstMs };
}

function toSample(times: readonly number[]): Sample {
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}
