/** What each AsyncLocalStorage holds at a point of the program; never changed, only replaced. */
export type Frame = ReadonlyMap<object, unknown> | undefined;

/**
 * The asynchronous context, as far as the core needs it: everything that calls back later (timers, microtasks, ticks)
 * notes the frame when it is asked and puts it back around the call. Costs a variable while nobody uses
 * `node:async_hooks`, whose module adds the rest (`async-hooks.ts` tells how promises are covered).
 */
let current: Frame;

export function currentFrame(): Frame {
  return current;
}

/** @returns the frame that was there */
export function swapFrame(frame: Frame): Frame {
  const before = current;
  current = frame;
  return before;
}
