import { createConsole } from "./console/console.ts";
import { guestProcess } from "./node/process.ts";
import { defineHidden, objectDefineProperty, rename, tag } from "./primordials.ts";
import * as timers from "./timers/timers.ts";
import * as lazy from "./lazy.ts";

/** Globals that are there from the start, because they are small or because nearly every function uses them. */
function eagerGlobals(): Record<string, unknown> {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = timers;
  const navigator = { userAgent: "Sluice" };
  tag(navigator, "Navigator");
  return {
    global: globalThis,
    self: globalThis,
    console: createConsole(),
    process: guestProcess,
    navigator,
    queueMicrotask: timers.queueMicrotask,
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout,
    clearInterval,
    clearImmediate,
  };
}

/** Globals whose module runs when they are first read. */
const LAZY_GLOBALS: Readonly<Record<string, () => unknown>> = {
  AbortController: () => lazy.loadAbort().AbortController,
  AbortSignal: () => lazy.loadAbort().AbortSignal,
  Buffer: () => lazy.loadBuffer().Buffer,
  ByteLengthQueuingStrategy: () => lazy.loadStreams().ByteLengthQueuingStrategy,
  CountQueuingStrategy: () => lazy.loadStreams().CountQueuingStrategy,
  Crypto: () => lazy.loadCrypto().Crypto,
  CryptoKey: () => lazy.loadCryptoKey().CryptoKey,
  CustomEvent: () => lazy.loadEvents().CustomEvent,
  DOMException: () => lazy.loadDomException().DOMException,
  Event: () => lazy.loadEvents().Event,
  EventTarget: () => lazy.loadEvents().EventTarget,
  Headers: () => lazy.loadHeaders().Headers,
  ReadableStream: () => lazy.loadStreams().ReadableStream,
  Request: () => lazy.loadRequest().Request,
  Response: () => lazy.loadResponse().Response,
  SubtleCrypto: () => lazy.loadSubtle().SubtleCrypto,
  TextDecoder: () => lazy.loadTextDecoder().TextDecoder,
  TextEncoder: () => lazy.loadTextEncoder().TextEncoder,
  TransformStream: () => lazy.loadStreams().TransformStream,
  URL: () => lazy.loadUrl().URL,
  URLSearchParams: () => lazy.loadUrl().URLSearchParams,
  WritableStream: () => lazy.loadStreams().WritableStream,
  atob: () => lazy.loadBase64().atob,
  btoa: () => lazy.loadBase64().btoa,
  crypto: () => lazy.loadCrypto().crypto,
  fetch: () => lazy.loadFetch().fetch,
  performance: () => lazy.loadPerformance().performance,
  structuredClone: () => lazy.loadStructuredClone().structuredClone,
};

/** Defines what the web standards and Node put on the global object, before any user code runs. */
export function installGlobals(): void {
  const eager = eagerGlobals();
  for (const name of Object.keys(eager)) {
    const value = eager[name];
    if (typeof value === "function") rename(value, name);
    defineHidden(globalThis, name, value);
  }
  rename(timers.Timeout, "Timeout");
  rename(timers.Immediate, "Immediate");
  for (const name of Object.keys(LAZY_GLOBALS)) defineLazy(name, LAZY_GLOBALS[name] as () => unknown);
  withholdSharedMemory();
}

function defineLazy(name: string, load: () => unknown): void {
  objectDefineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get: () => {
      const value = load();
      if (typeof value === "function") rename(value, name);
      defineHidden(globalThis, name, value);
      return value;
    },
    set: (value: unknown) => defineHidden(globalThis, name, value),
  });
}

/** Shared memory is a clock (Spectre) and its growable form is counted by no limit; a guest has no second thread. */
function withholdSharedMemory(): void {
  const shared = globalThis as { SharedArrayBuffer?: { prototype: { constructor?: unknown } } };
  // The buffer of a shared WebAssembly memory would lead back to the class.
  delete shared.SharedArrayBuffer?.prototype.constructor;
  delete shared.SharedArrayBuffer;
}
