import { checkFunction } from "../node-error.ts";
import { currentFrame, type Frame, swapFrame } from "./async-context.ts";
import { runInFrame } from "./promise-frames.ts";

type Callback<T = unknown> = (...args: unknown[]) => T;

const AsyncFunctionPrototype: unknown = Object.getPrototypeOf(async () => undefined);
let warned = false;

/** A native async function forgets the frame at its first `await`: this bundle was not made by our bundler. */
function warnIfNative(callback: unknown): void {
  if (warned || typeof callback !== "function" || Object.getPrototypeOf(callback) !== AsyncFunctionPrototype) return;
  warned = true;
  (globalThis.process as { emitWarning(text: string): void }).emitWarning(
    "AsyncLocalStorage loses its store at 'await' in this function, because its code still has native async functions. " +
      "Deploy it with 'sluice deploy', which rewrites them when the code imports node:async_hooks.",
  );
}

function withStore(frame: Frame, storage: object, store: unknown): Frame {
  return new Map(frame).set(storage, store);
}

export class AsyncLocalStorage {
  readonly #default: unknown;
  readonly name: string;

  constructor(options: { readonly defaultValue?: unknown; readonly name?: string } = {}) {
    this.#default = options.defaultValue;
    this.name = options.name ?? "";
  }

  static bind(callback: unknown): Callback {
    checkFunction(callback, "fn");
    const frame = currentFrame();
    return function (this: unknown, ...args) {
      return runInFrame(frame, () => Reflect.apply(callback, this, args));
    };
  }

  static snapshot(): Callback {
    const frame = currentFrame();
    return (callback, ...args) => {
      checkFunction(callback, "fn");
      return runInFrame(frame, () => callback(...args));
    };
  }

  getStore(): unknown {
    const frame = currentFrame();
    return frame?.has(this) === true ? frame.get(this) : this.#default;
  }

  run<T>(store: unknown, callback: Callback<T>, ...args: unknown[]): T {
    warnIfNative(callback);
    return runInFrame(withStore(currentFrame(), this, store), () => Reflect.apply(callback, undefined, args));
  }

  exit<T>(callback: Callback<T>, ...args: unknown[]): T {
    return this.run(undefined, callback, ...args);
  }

  enterWith(store: unknown): void {
    swapFrame(withStore(currentFrame(), this, store));
  }

  disable(): void {
    const frame = new Map(currentFrame());
    if (frame.delete(this)) swapFrame(frame);
  }
}
