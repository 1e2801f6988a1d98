import { LIMITS } from "@sluice/core";
import { bundlePrelude } from "@sluice/runtime";
import type { Bench } from "../bench.ts";
import { CellPoolTrial } from "../cell-pool-trial.ts";
import { BARE_ISOLATE, BareIsolates } from "../peers/bare-isolates.ts";
import { PRODUCT, type Sample, type Section } from "../section.ts";

const CODE = `const { kv } = require("sluice");
exports.handler = async ({ calls, atOnce }) => {
  let left = calls;
  const lane = async () => { while (left-- > 0) await kv.get("key"); };
  await Promise.all(Array.from({ length: atOnce }, lane));
};`;
const TIMEOUT_MS = 60_000;

/** Calls of `kv.get` from one isolate through its cell to a broker that answers at once, and back. */
export async function measureHostCalls(bench: Bench): Promise<readonly Section[]> {
  const prelude = await bundlePrelude();
  const bare = await BareIsolates.start(bench);
  const broker = async () => ({ ok: true, text: '{"value":"a small value"}' }) as const;
  const trial = await CellPoolTrial.start(bench, { prelude, isolatesPerCell: 4, broker });
  const many = { name: "host-calls", title: `Host calls of one isolate, ${LIMITS.hostCallsInFlight} at once` };
  const single = { name: "host-calls-1", title: "Host calls of one isolate, one after the other" };
  const { hostCalls } = bench.scale;
  return [
    await measure(bench, trial, bare, many, { calls: hostCalls, atOnce: LIMITS.hostCallsInFlight }),
    await measure(bench, trial, bare, single, { calls: Math.ceil(hostCalls / 8), atOnce: 1 }),
  ];
}

interface Calls {
  readonly calls: number;
  readonly atOnce: number;
}

async function measure(
  bench: Bench,
  trial: CellPoolTrial,
  bare: BareIsolates,
  section: { readonly name: string; readonly title: string },
  { calls, atOnce }: Calls,
): Promise<Section> {
  const run = async (count: number): Promise<number> => {
    const startedAt = performance.now();
    const event = JSON.stringify({ calls: count, atOnce });
    await trial.run({ name: "host-calls", code: CODE, event, timeoutMs: TIMEOUT_MS });
    return performance.now() - startedAt;
  };
  await run(Math.ceil(calls / 4));
  const toSample = (tookMs: number): Sample => ({ rate: (calls * 1_000) / tookMs });
  return await bench.rounds({ ...section, quantities: ["rate"], compared: "rate" }, [
    { name: PRODUCT, measure: async () => toSample(await run(calls)) },
    { name: BARE_ISOLATE, measure: async () => toSample(await bare.call(calls, atOnce)) },
  ]);
}
