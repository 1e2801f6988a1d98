import type { LoadGenerator } from "./load/load-generator.ts";
import type { Options, Scale } from "./options.ts";
import type { Contender, Row, Sample, Section } from "./section.ts";
import type { Teardown } from "./teardown.ts";

export interface BenchParts {
  readonly options: Options;
  readonly teardown: Teardown;
  readonly load: LoadGenerator;
  /** A line for whoever waits. */
  readonly progress: (line: string) => void;
}

/** What every step measures with. */
export class Bench {
  readonly options: Options;
  readonly scale: Scale;
  readonly teardown: Teardown;
  readonly load: LoadGenerator;
  readonly progress: (line: string) => void;

  constructor({ options, teardown, load, progress }: BenchParts) {
    this.options = options;
    this.scale = options.scale;
    this.teardown = teardown;
    this.load = load;
    this.progress = progress;
  }

  /**
   * Measures in rounds, in each of which every contender has one turn: what else the machine does then falls on all of
   * them alike.
   */
  async rounds(section: Omit<Section, "rows">, contenders: readonly Contender[]): Promise<Section> {
    const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
    for (let round = 1; round <= this.scale.rounds; round++) {
      for (const { name, measure } of contenders) {
        this.teardown.checkpoint();
        const sample = await measure();
        samples.get(name)?.push(sample);
        this.progress(`${section.title}, round ${round}/${this.scale.rounds}, ${name}: ${describe(section, sample)}`);
      }
    }
    const rows: Row[] = [...samples].map(([contender, taken]) => ({ contender, samples: taken }));
    return { ...section, rows };
  }
}

function describe({ compared }: Pick<Section, "compared">, sample: Sample): string {
  const value = sample[compared];
  const text = value === undefined ? "?" : value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
  return `${text} ${UNIT[compared]}`;
}

const UNIT: Readonly<Record<Section["compared"], string>> = {
  rate: "a second",
  acceptedRate: "accepted a second",
  p50Ms: "ms (p50)",
  p99Ms: "ms (p99)",
  cpuUs: "µs of CPU",
  initMs: "ms of init",
  totalMb: "MB",
  perIsolateMb: "MB an isolate",
};
