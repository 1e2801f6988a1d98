import { HOST_CALLS, LIMITS } from "@sluice/core";
import { notify } from "../bridge/host.ts";
import {
  IntrinsicMap,
  IntrinsicRangeError,
  mapDelete,
  mapForEach,
  mapGet,
  mapSet,
  mapSize,
  toNumber,
  toText,
  trunc,
} from "../primordials.ts";

const TIMER_START = HOST_CALLS["timer.start"].op;
const TIMER_CLEAR = HOST_CALLS["timer.clear"].op;
const DELAY_MAX = 2 ** 31 - 1;

/** What the host fires: the guest keeps the callbacks, the host knows ids and delays only. */
export interface TableEntry {
  readonly fire: () => void;
  /** Keeps a callback-style invocation open, as it keeps Node's event loop alive. */
  readonly counted: () => boolean;
}

const entries = new IntrinsicMap<number, TableEntry>();
let lastId = 0;
let startedInTurn = 0;

/** Each time the host gives the guest a turn. A guest that never gives it back cannot flood the host with timers. */
export function beginTimerTurn(): void {
  startedInTurn = 0;
}

/** @throws RangeError past LIMITS.timersPerInvocation pending, or as many started without giving up control */
export function startTimer(delayMs: number, entry: TableEntry): number {
  if (mapSize(entries) >= LIMITS.timersPerInvocation || startedInTurn >= LIMITS.timersPerInvocation) {
    throw new IntrinsicRangeError(
      `more than ${LIMITS.timersPerInvocation} timers at once: wait for some of them first`,
    );
  }
  lastId = lastId === 0x7fffffff ? 1 : lastId + 1;
  arm(lastId, delayMs, entry);
  return lastId;
}

/** Starts a timer again under its id. */
export function arm(id: number, delayMs: number, entry: TableEntry): void {
  startedInTurn++;
  mapSet(entries, id, entry);
  notify(TIMER_START, id, toText(delayMs));
}

export function clearTimer(id: number): void {
  if (mapDelete(entries, id)) notify(TIMER_CLEAR, id, "");
}

export function timerOf(id: number): TableEntry | undefined {
  return mapGet(entries, id);
}

/** The timer is done unless its callback arms it again. */
export function fireTimer(id: number): void {
  const entry = mapGet(entries, id);
  if (entry === undefined) return;
  mapDelete(entries, id);
  entry.fire();
}

export function hasCountedTimers(): boolean {
  let counted = false;
  mapForEach(entries, (entry) => {
    if (entry.counted()) counted = true;
  });
  return counted;
}

/** Node's rule: what is not a number from 1 to 2³¹−1 is 1. */
export function clampDelay(delay: unknown): number {
  const number = trunc(toNumber(delay));
  return number >= 1 && number <= DELAY_MAX ? number : 1;
}
