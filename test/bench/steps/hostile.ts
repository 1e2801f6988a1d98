import { bundlePrelude } from "@sluice/runtime";
import type { Bench } from "../bench.ts";
import { CellPoolTrial } from "../cell-pool-trial.ts";
import { hostilePrograms } from "../hostile-programs.ts";
import type { Sample, Section } from "../section.ts";

const TIMEOUT_MS = 1_000;
const WARM = '{"warm":true}';

/** How long after its timeout a hostile program's failure is reported; 0 when it ended before. */
export async function measureHostile(bench: Bench): Promise<readonly Section[]> {
  const trial = await CellPoolTrial.start(bench, { prelude: await bundlePrelude(), isolatesPerCell: 8 });
  const section = { name: "hostile", title: `Hostile programs with a timeout of ${TIMEOUT_MS} ms` };
  return [
    await bench.rounds(
      { ...section, quantities: ["lateMs"], compared: "lateMs" },
      hostilePrograms().map((program) => ({ name: program.name, measure: () => measure(trial, program) })),
    ),
  ];
}

async function measure(trial: CellPoolTrial, program: { name: string; code: string }): Promise<Sample> {
  const run = { ...program, timeoutMs: TIMEOUT_MS };
  await trial.run({ ...run, event: WARM });
  const startedAt = performance.now();
  const { error } = await trial.attempt({ ...run, event: "{}" });
  const tookMs = performance.now() - startedAt;
  if (error === null) throw new Error(`'${program.name}' did no harm`);
  return { lateMs: Math.max(0, tookMs - TIMEOUT_MS) };
}
