import type { LoadGenerator } from "./load/load-generator.ts";
import type { Options, Scale } from "./options.ts";
import { QUANTITY_LABELS, showNumber } from "./quantity-labels.ts";
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
  return `${value === undefined ? "–" : showNumber(value)} ${QUANTITY_LABELS[compared]}`;
}
