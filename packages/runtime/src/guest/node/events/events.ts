import { loadAsyncHooks } from "../../lazy.ts";
import { abortError, checkFunction, invalidArgType } from "../node-error.ts";
import {
  captureRejectionSymbol,
  checkCount,
  defaults,
  type Emitter,
  errorMonitor,
  EventEmitter,
  type EventName,
  initEmitter,
  type Listener,
} from "./event-emitter.ts";
import { eventIterator } from "./event-iterator.ts";
import { type AnyTarget, isEmitter, listen, listenersOf, type Signal, targetListeners, unlisten } from "./targets.ts";

interface OnceOptions {
  readonly signal?: Signal;
}

function once(target: AnyTarget, name: EventName, options: OnceOptions = {}): Promise<unknown[]> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortError(signal.reason));
      return;
    }
    const done = (...args: unknown[]): void => {
      stop();
      resolve(args);
    };
    const failed = (error: unknown): void => {
      stop();
      reject(error);
    };
    const aborted = (): void => failed(abortError(signal?.reason));
    const watchesErrors = isEmitter(target) && name !== "error";
    const stop = (): void => {
      unlisten(target, name, done);
      if (watchesErrors) unlisten(target, "error", failed);
      signal?.removeEventListener("abort", aborted);
    };
    listen(target, name, done);
    if (watchesErrors) target.once("error", failed);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

function setMaxListeners(count = defaults.maxListeners, ...targets: AnyTarget[]): void {
  checkCount(count);
  if (targets.length === 0) defaults.maxListeners = count;
  for (const target of targets) {
    if (isEmitter(target)) target.setMaxListeners(count);
    else targetListeners.set(target, count);
  }
}

function getMaxListeners(target: AnyTarget): number {
  return isEmitter(target) ? target.getMaxListeners() : (targetListeners.get(target) ?? defaults.maxListeners);
}

function addAbortListener(signal: Signal, listener: unknown): Disposable {
  if (typeof signal !== "object" || (signal as unknown) === null || !("aborted" in signal)) {
    throw invalidArgType("signal", "an instance of AbortSignal", signal);
  }
  checkFunction(listener, "listener");
  if (signal.aborted) queueMicrotask(() => listener());
  else signal.addEventListener("abort", listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", listener) };
}

function listenerCount(emitter: Emitter, name: EventName): number {
  return listenersOf(emitter, name).length;
}

/** `node:events`: the class itself, which carries everything else. */
export const events = Object.assign(EventEmitter, {
  EventEmitter,
  once,
  on: eventIterator,
  getEventListeners: (target: AnyTarget, name: EventName): Listener[] => listenersOf(target, name),
  getMaxListeners,
  setMaxListeners,
  addAbortListener,
  listenerCount,
  errorMonitor,
  captureRejectionSymbol,
  init(this: Emitter, options?: { readonly captureRejections?: boolean }): void {
    initEmitter(this, options);
  },
  usingDomains: false,
});

Object.defineProperties(events, {
  defaultMaxListeners: {
    enumerable: true,
    get: () => defaults.maxListeners,
    set: (count: number) => {
      checkCount(count, "defaultMaxListeners");
      defaults.maxListeners = count;
    },
  },
  captureRejections: {
    enumerable: true,
    get: () => defaults.captureRejections,
    set: (capture: boolean) => {
      if (typeof capture !== "boolean")
        throw invalidArgType("EventEmitter.captureRejections", "of type boolean", capture);
      defaults.captureRejections = capture;
    },
  },
  EventEmitterAsyncResource: { enumerable: true, get: () => loadAsyncHooks().eventEmitterAsyncResource() },
});
