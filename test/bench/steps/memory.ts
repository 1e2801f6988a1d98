import { setTimeout as pause } from "node:timers/promises";
import { bundlePrelude } from "@sluice/runtime";
import type { Bench } from "../bench.ts";
import { CellPoolTrial, TRIAL_EVENT } from "../cell-pool-trial.ts";
import { BARE_ISOLATE, BareIsolates } from "../peers/bare-isolates.ts";
import { residentMbOf } from "../process-usage.ts";
import { smallCode } from "../sample-code.ts";
import { PRODUCT, type Sample, type Section } from "../section.ts";

/** Memory that was only needed for a moment is given back. */
const SETTLE_MS = 500;
/** As a worker without settings has it. */
const ISOLATES_PER_CELL = 64;
/** A tenant's calls, one after the other, stay in one cell: so many isolates spread over cells only with tenants. */
export const DEFAULT_CELLS = `${PRODUCT}, cells of ${ISOLATES_PER_CELL}`;

/** Warm isolates of as many functions, each called once: resident memory of all cell processes, the blank one too. */
export async function measureMemory(bench: Bench): Promise<readonly Section[]> {
  const codes = Array.from({ length: bench.scale.isolates }, (_, number) => smallCode(number));
  const prelude = await bundlePrelude();
  const tenants = Math.ceil(codes.length / ISOLATES_PER_CELL);
  const section = await bench.rounds(
    {
      name: "memory",
      title: `${codes.length} warm isolates`,
      quantities: ["totalMb", "perIsolateMb"],
      compared: "totalMb",
    },
    [
      {
        name: PRODUCT,
        measure: () => measureProduct(bench, { prelude, codes, tenants: 1, isolatesPerCell: codes.length }),
      },
      {
        name: DEFAULT_CELLS,
        measure: () => measureProduct(bench, { prelude, codes, tenants, isolatesPerCell: ISOLATES_PER_CELL }),
      },
      { name: BARE_ISOLATE, measure: () => measureBare(bench, codes) },
    ],
  );
  return [section];
}

interface MemoryTrial {
  readonly prelude: string;
  readonly codes: readonly string[];
  readonly tenants: number;
  readonly isolatesPerCell: number;
}

async function measureProduct(bench: Bench, options: MemoryTrial): Promise<Sample> {
  const { prelude, codes, tenants, isolatesPerCell } = options;
  const trial = await CellPoolTrial.start(bench, { prelude, isolatesPerCell });
  const blank = residentMbOf(trial.pool.pids()[0] ?? 0);
  for (const [number, code] of codes.entries()) {
    await trial.run({ name: `warm-${number}`, code, tenant: `tenant-${number % tenants}` });
  }
  await trial.pool.ready();
  await pause(SETTLE_MS);
  const { isolates } = trial.pool.stats;
  const warm = trial.pool.warmVersions().size;
  if (isolates !== codes.length || warm !== codes.length)
    throw new Error(`${isolates} isolates with ${warm} warm versions, not ${codes.length}`);
  const pids = trial.pool.pids();
  const resident = pids.map(residentMbOf);
  await trial.stop();
  if (blank === undefined || resident.includes(undefined)) return {};
  const totalMb = resident.reduce<number>((sum, mb) => sum + (mb ?? 0), 0);
  return { totalMb, perIsolateMb: (totalMb - blank * pids.length) / codes.length };
}

async function measureBare(bench: Bench, codes: readonly string[]): Promise<Sample> {
  const bare = await BareIsolates.start(bench);
  const before = residentMbOf(bare.pid);
  await bare.hold(codes, TRIAL_EVENT);
  await pause(SETTLE_MS);
  const totalMb = residentMbOf(bare.pid);
  await bare.stop();
  return before === undefined || totalMb === undefined
    ? {}
    : { totalMb, perIsolateMb: (totalMb - before) / codes.length };
}
