import { createConsole } from "./console/console.ts";
import { guestProcess } from "./node/process.ts";
import { charCodeAt, objectDefineProperty, rename } from "./primordials.ts";
import * as timers from "./timers/timers.ts";
import * as lazy from "./lazy.ts";

const LOWER_CASE_A = 0x61;

/** Globals that are there from the start, because they are small or because nearly every function uses them. */
function eagerGlobals(): Record<string, unknown> {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = timers;
  return {
    global: globalThis,
    self: globalThis,
    console: createConsole(),
    process: guestProcess,
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
  Blob: () => lazy.loadBlob().Blob,
  Buffer: () => lazy.loadBuffer().Buffer,
  ByteLengthQueuingStrategy: () => lazy.loadStreams().ByteLengthQueuingStrategy,
  CloseEvent: () => lazy.loadEventClasses().CloseEvent,
  CompressionStream: () => lazy.loadCompressionStreams().CompressionStream,
  CountQueuingStrategy: () => lazy.loadStreams().CountQueuingStrategy,
  Crypto: () => lazy.loadCrypto().Crypto,
  CryptoKey: () => lazy.loadCryptoKey().CryptoKey,
  CustomEvent: () => lazy.loadEventClasses().CustomEvent,
  DOMException: () => lazy.loadDomException().DOMException,
  DecompressionStream: () => lazy.loadCompressionStreams().DecompressionStream,
  ErrorEvent: () => lazy.loadEventClasses().ErrorEvent,
  Event: () => lazy.loadEvent().Event,
  EventTarget: () => lazy.loadEventTarget().EventTarget,
  File: () => lazy.loadFile().File,
  FormData: () => lazy.loadFormData().FormData,
  Headers: () => lazy.loadHeaders().Headers,
  MessageChannel: () => lazy.loadMessageChannel().MessageChannel,
  MessageEvent: () => lazy.loadMessageEvent().MessageEvent,
  MessagePort: () => lazy.loadMessageChannel().MessagePort,
  Navigator: () => lazy.loadNavigator().Navigator,
  Performance: () => lazy.loadPerformance().Performance,
  PerformanceEntry: () => lazy.loadPerformanceEntry().PerformanceEntry,
  PerformanceMark: () => lazy.loadPerformanceEntry().PerformanceMark,
  PerformanceMeasure: () => lazy.loadPerformanceEntry().PerformanceMeasure,
  ProgressEvent: () => lazy.loadEventClasses().ProgressEvent,
  PromiseRejectionEvent: () => lazy.loadEventClasses().PromiseRejectionEvent,
  ReadableByteStreamController: () => lazy.loadStreams().ReadableByteStreamController,
  ReadableStream: () => lazy.loadStreams().ReadableStream,
  ReadableStreamBYOBReader: () => lazy.loadStreams().ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: () => lazy.loadStreams().ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: () => lazy.loadStreams().ReadableStreamDefaultController,
  ReadableStreamDefaultReader: () => lazy.loadStreams().ReadableStreamDefaultReader,
  Request: () => lazy.loadRequest().Request,
  Response: () => lazy.loadResponse().Response,
  SubtleCrypto: () => lazy.loadSubtle().SubtleCrypto,
  TextDecoder: () => lazy.loadTextDecoder().TextDecoder,
  TextDecoderStream: () => lazy.loadTextStreams().TextDecoderStream,
  TextEncoder: () => lazy.loadTextEncoder().TextEncoder,
  TextEncoderStream: () => lazy.loadTextStreams().TextEncoderStream,
  TransformStream: () => lazy.loadStreams().TransformStream,
  TransformStreamDefaultController: () => lazy.loadStreams().TransformStreamDefaultController,
  URL: () => lazy.loadUrl().URL,
  URLPattern: () => lazy.loadUrlPattern().URLPattern,
  URLSearchParams: () => lazy.loadUrl().URLSearchParams,
  WebAssembly: () => lazy.loadWebAssembly().guestWebAssembly,
  WebSocket: () => lazy.loadWebSocket().WebSocket,
  WritableStream: () => lazy.loadStreams().WritableStream,
  WritableStreamDefaultController: () => lazy.loadStreams().WritableStreamDefaultController,
  WritableStreamDefaultWriter: () => lazy.loadStreams().WritableStreamDefaultWriter,
  awslambda: () => lazy.loadStreamingHandler().awslambda,
  atob: () => lazy.loadBase64().atob,
  btoa: () => lazy.loadBase64().btoa,
  crypto: () => lazy.loadCrypto().crypto,
  fetch: () => lazy.loadFetch().fetch,
  navigator: () => lazy.loadNavigator().navigator,
  performance: () => lazy.loadPerformance().performance,
  reportError: () => lazy.loadReportError().reportError,
  structuredClone: () => lazy.loadStructuredClone().structuredClone,
};

/** Defines what the web standards and Node put on the global object, before any user code runs. */
export function installGlobals(): void {
  const eager = eagerGlobals();
  for (const name of Object.keys(eager)) {
    const value = eager[name];
    if (typeof value === "function") rename(value, name);
    defineGlobal(name, value);
  }
  rename(timers.Timeout, "Timeout");
  rename(timers.Immediate, "Immediate");
  for (const name of Object.keys(LAZY_GLOBALS)) defineLazy(name, LAZY_GLOBALS[name] as () => unknown);
  withholdSharedMemory();
}

function defineLazy(name: string, load: () => unknown): void {
  objectDefineProperty(globalThis, name, {
    configurable: true,
    enumerable: isEnumerable(name),
    get: () => {
      const value = load();
      if (typeof value === "function") rename(value, name);
      defineGlobal(name, value);
      return value;
    },
    set: (value: unknown) => defineGlobal(name, value),
  });
}

function defineGlobal(name: string, value: unknown): void {
  objectDefineProperty(globalThis, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: isEnumerable(name),
    configurable: true,
  } as PropertyDescriptor);
}

/** Web IDL's rule: operations and attributes are enumerable, classes and namespaces (and Node's `process`) are not. */
function isEnumerable(name: string): boolean {
  return charCodeAt(name, 0) >= LOWER_CASE_A && name !== "console" && name !== "process";
}

/** Shared memory is a clock (Spectre) and its growable form is counted by no limit; a guest has no second thread. */
function withholdSharedMemory(): void {
  const shared = globalThis as { SharedArrayBuffer?: { prototype: { constructor?: unknown } } };
  // The buffer of a shared WebAssembly memory would lead back to the class.
  delete shared.SharedArrayBuffer?.prototype.constructor;
  delete shared.SharedArrayBuffer;
}
