import { type Callback, runCallback } from "../timers/run-callback.ts";
import { inMicrotask } from "../primordials.ts";
import { currentFrame, type Frame } from "./async/async-context.ts";

interface Tick {
  readonly callback: Callback;
  readonly args: unknown[];
  readonly frame: Frame;
  next: Tick | undefined;
}

/**
 * The queue of `process.nextTick`. In a turn that the host gave, ticks run when the synchronous part is over and before
 * any microtask, as in Node. Asked for in a microtask they run after the microtasks that wait already and those that
 * these queue at once; Node would run them after all of them, but an isolate does not know when none is left.
 */
let first: Tick | undefined;
let last: Tick | undefined;
let inTurn = false;
let scheduled = false;

export function beginTickTurn(): void {
  inTurn = true;
}

export function endTickTurn(): void {
  try {
    drain();
  } finally {
    inTurn = false;
  }
}

export function enqueueTick(callback: Callback, args: unknown[]): void {
  const tick: Tick = { callback, args, frame: currentFrame(), next: undefined };
  if (last === undefined) first = tick;
  else last.next = tick;
  last = tick;
  if (inTurn || scheduled) return;
  scheduled = true;
  void drainSoon();
}

async function drainSoon(): Promise<void> {
  await inMicrotask(() => undefined);
  scheduled = false;
  drain();
}

function drain(): void {
  while (first !== undefined) {
    const tick = first;
    first = tick.next;
    if (first === undefined) last = undefined;
    runCallback(tick.callback, undefined, tick.args, tick.frame);
  }
}
