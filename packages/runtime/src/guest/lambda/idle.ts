import { hasPendingCalls } from "../bridge/async-calls.ts";
import { hasCountedTimers, startTimer } from "../timers/timer-table.ts";
import type { Invocation } from "./invocation.ts";
import { succeedInvocation } from "./outcome.ts";

/**
 * A handler that is not async may answer through its callback at any later time, or never. Lambda ends such an
 * invocation with `null` when the event loop is empty. Here that is: no host call and no timer is pending, and a
 * timer of our own, which comes after every microtask, found it still so.
 */
let waiting: Invocation | undefined;
let probing = false;

export function endWhenIdle(invocation: Invocation): void {
  waiting = invocation;
  probeIdle();
}

/** Called at the end of every turn that the host gave; costs nothing unless an invocation waits. */
export function probeIdle(): void {
  if (waiting === undefined || probing) return;
  if (waiting.settled) waiting = undefined;
  else if (!isBusy()) {
    probing = true;
    startTimer(0, { fire: endIfIdle, counted: () => false });
  }
}

function endIfIdle(): void {
  probing = false;
  const invocation = waiting;
  if (invocation === undefined || isBusy()) return;
  waiting = undefined;
  succeedInvocation(invocation, undefined);
}

function isBusy(): boolean {
  return hasPendingCalls() || hasCountedTimers();
}
