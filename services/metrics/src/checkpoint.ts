import { Ledger, type LedgerState } from "./ledger.ts";

/** Where reading starts when nothing is known: with the oldest fact that the stream still holds. */
export const FIRST_CURSOR = "0";

/** What was made of the facts, and how far: one value, so that neither is ever kept without the other. */
export interface Checkpoint {
  readonly cursor: string;
  readonly ledger: LedgerState;
}

/** Raised when an older service could no longer read what this one saves. */
const FORMAT = 1;

export function formatCheckpoint(cursor: string, ledger: Ledger): string {
  return JSON.stringify({ format: FORMAT, cursor, ledger: ledger.state() });
}

/** Undefined when the text is no checkpoint that this version can count on from. */
export function parseCheckpoint(text: string): { readonly cursor: string; readonly ledger: Ledger } | undefined {
  try {
    const read = JSON.parse(text) as Checkpoint & { readonly format?: number };
    return read.format === FORMAT ? { cursor: read.cursor, ledger: new Ledger(read.ledger) } : undefined;
  } catch {
    return undefined;
  }
}

/** Orders cursors: Redis stream ids (`ms-sequence`) or plain counts. */
export function isAfter(cursor: string, other: string): boolean {
  const [high = "0", low = "0"] = cursor.split("-");
  const [otherHigh = "0", otherLow = "0"] = other.split("-");
  return high === otherHigh ? BigInt(low) > BigInt(otherLow) : BigInt(high) > BigInt(otherHigh);
}
