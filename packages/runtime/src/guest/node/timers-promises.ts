import { defineHidden, IntrinsicPromise } from "../primordials.ts";
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "../timers/timers.ts";
import { domException } from "../lazy.ts";

interface Options {
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

function abortError(cause: unknown): Error {
  const error = domException("The operation was aborted", "AbortError");
  defineHidden(error, "cause", cause);
  return error;
}

/** `node:timers/promises`. */
export const timersPromises = {
  setTimeout: <T>(delayMs?: number, value?: T, options: Options = {}): Promise<T | undefined> =>
    wait(value, options, (done) => {
      const timer = setTimeout(done, delayMs);
      return () => clearTimeout(timer);
    }),
  setImmediate: <T>(value?: T, options: Options = {}): Promise<T | undefined> =>
    wait(value, options, (done) => {
      const immediate = setImmediate(done);
      return () => clearImmediate(immediate);
    }),
};
