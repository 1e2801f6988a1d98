import { type Spread, spreadOf } from "./spread.ts";

export type Quantity =
  | "rate"
  | "acceptedRate"
  | "p50Ms"
  | "p99Ms"
  | "cpuUs"
  | "initMs"
  | "firstMs"
  | "lateMs"
  | "listMs"
  | "getMs"
  | "deployMs"
  | "invokeMs"
  | "totalMb"
  | "perIsolateMb";

/** One turn of one contender. What cannot be measured on this platform is absent. */
export type Sample = Readonly<Partial<Record<Quantity, number>>>;

export interface Contender {
  readonly name: string;
  readonly measure: () => Promise<Sample>;
}

export const PRODUCT = "sluice";

/** What was measured of several contenders in the same rounds; the product is the first. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly quantities: readonly Quantity[];
  /** Of this one, the product's median is set against everyone else's. */
  readonly compared: Quantity;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly contender: string;
  readonly samples: readonly Sample[];
}

export function spreadOfRow(row: Row, quantity: Quantity): Spread | undefined {
  const values = row.samples.flatMap((sample) => sample[quantity] ?? []);
  return values.length === 0 ? undefined : spreadOf(values);
}

/** The product's median over a peer's. */
export function ratioTo(section: Section, peer: string, quantity: Quantity): number | undefined {
  const [ours, theirs] = [PRODUCT, peer].map((name) => {
    const row = section.rows.find(({ contender }) => contender === name);
    return row === undefined ? undefined : spreadOfRow(row, quantity)?.median;
  });
  return ours === undefined || theirs === undefined || theirs === 0 ? undefined : ours / theirs;
}
