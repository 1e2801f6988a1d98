import { IntrinsicPromise } from "../primordials.ts";
import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
} from "../timers/timers.ts";
import { abortError } from "./node-error.ts";

interface Options {
  readonly ref?: boolean;
  readonly signal?: {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: string, listener: () => void, options: object): void;
    removeEventListener(type: string, listener: () => void): void;
  };
}

/** Waits for `start` to call back, or for the signal. */
function wait<T>(value: T, options: Options, start: (done: () => void) => () => void): Promise<T> {
  const { signal } = options;
  return new IntrinsicPromise<T>((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal.reason));
      return;
    }
    const stop = start(() => {
      signal?.removeEventListener("abort", aborted);
      resolve(value);
    });
    function aborted(): void {
      stop();
      reject(abortError(signal?.reason));
    }
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

function setTimeoutPromise<T>(delayMs?: number, value?: T, options: Options = {}): Promise<T | undefined> {
  return wait(value, options, (done) => {
    const timer = setTimeout(done, delayMs);
    if (options.ref === false) timer.unref();
    return () => clearTimeout(timer);
  });
}

function setImmediatePromise<T>(value?: T, options: Options = {}): Promise<T | undefined> {
  return wait(value, options, (done) => {
    const immediate = setImmediate(done);
    if (options.ref === false) immediate.unref();
    return () => clearImmediate(immediate);
  });
}

/** Ticks that nobody has asked for yet are kept, as in Node. */
async function* setIntervalIterator<T>(
  delayMs?: number,
  value?: T,
  options: Options = {},
): AsyncGenerator<T | undefined> {
  const { signal } = options;
  const check = (): boolean => {
    if (signal?.aborted === true) throw abortError(signal.reason);
    return true;
  };
  check();
  let due = 0;
  let wake: () => void = () => undefined;
  const timer = setInterval(() => {
    due++;
    wake();
  }, delayMs);
  if (options.ref === false) timer.unref();
  const aborted = (): void => wake();
  signal?.addEventListener("abort", aborted, { once: true });
  try {
    while (check()) {
      if (due === 0) {
        await new IntrinsicPromise<void>((resolve) => {
          wake = resolve;
        });
      }
      check();
      for (; due > 0; due--) yield value;
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", aborted);
  }
}

/** `node:timers/promises`. */
export const timersPromises = {
  setTimeout: setTimeoutPromise,
  setImmediate: setImmediatePromise,
  setInterval: setIntervalIterator,
  scheduler: {
    wait: (delayMs?: number, options?: Options): Promise<unknown> => setTimeoutPromise(delayMs, undefined, options),
    yield: (): Promise<unknown> => setImmediatePromise(),
  },
};
