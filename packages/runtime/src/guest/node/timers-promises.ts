import { IntrinsicPromise } from "../primordials.ts";
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
    const aborted = (): void => {
      stop?.();
      const error = domException("The operation was aborted", "AbortError");
      Object.defineProperty(error, "cause", { value: signal?.reason, configurable: true, writable: true });
      reject(error);
    };
    let stop: (() => void) | undefined;
    if (signal?.aborted) {
      aborted();
      return;
    }
    stop = start(() => {
      signal?.removeEventListener("abort", aborted);
      resolve(value);
    });
    signal?.addEventListener("abort", aborted, { once: true });
  });
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
