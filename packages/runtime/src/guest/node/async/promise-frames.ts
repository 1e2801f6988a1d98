import { IntrinsicPromise, reflectApply } from "../../primordials.ts";
import { currentFrame, type Frame, swapFrame } from "./async-context.ts";

type Settle = (value: unknown) => unknown;
type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown) => unknown;

export function runInFrame<T>(frame: Frame, run: () => T): T {
  const before = swapFrame(frame);
  try {
    return run();
  } finally {
    swapFrame(before);
  }
}

/** V8 calls the `then` of a foreign thenable later; it must find the frame of whoever handed the thenable over. */
function bindThenable(value: unknown, frame: Frame): unknown {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return value;
  if (value instanceof IntrinsicPromise) return value;
  const { then } = value as { then?: unknown };
  if (typeof then !== "function") return value;
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what this is about
    then: (resolve: Settle, reject: Settle) =>
      runInFrame(frame, () => reflectApply(then as Then, value, [resolve, reject])),
  };
}

function bind(callback: unknown, frame: Frame): unknown {
  if (typeof callback !== "function") return callback;
  return (value: unknown) => {
    const before = swapFrame(frame);
    try {
      return bindThenable(reflectApply(callback as Settle, undefined, [value]), frame);
    } finally {
      swapFrame(before);
    }
  };
}

/**
 * V8 keeps no context across promises for us: its hooks for that are not within reach of an isolate. So `then`, on
 * which `catch`, `finally` and the combinators stand, notes the frame of its caller; and the bundler writes `await` of
 * functions that import `node:async_hooks` as calls of `then`, because native `await` looks it up nowhere.
 */
export function keepFramesAcrossPromises(): void {
  const nativeThen = IntrinsicPromise.prototype.then as Then;
  const nativeResolve = IntrinsicPromise.resolve as (this: unknown, value: unknown) => unknown;
  const replacements = {
    // oxlint-disable-next-line unicorn/no-thenable -- it takes the place of the native one
    then(this: unknown, onFulfilled?: unknown, onRejected?: unknown): unknown {
      const frame = currentFrame();
      return reflectApply(nativeThen, this, [bind(onFulfilled, frame), bind(onRejected, frame)]);
    },
    resolve(this: unknown, value?: unknown): unknown {
      return reflectApply(nativeResolve, this, [bindThenable(value, currentFrame())]);
    },
  };
  define(IntrinsicPromise.prototype, "then", replacements.then);
  define(IntrinsicPromise, "resolve", replacements.resolve);
}

function define(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, writable: true, configurable: true, enumerable: false });
}
