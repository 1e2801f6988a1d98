import { intrinsicWebAssembly, rename } from "../primordials.ts";
import { capMemories, PAGES_PER_MB } from "./memory-cap.ts";
import type { WasmInstance, WasmMemory, WasmMemoryLimits, WasmModule } from "./wasm-types.ts";
import { maxPages, noteDenied, watch } from "./memory-watch.ts";

/**
 * V8's own WebAssembly with two changes. Memories cannot grow past the function's limit. And what answers a promise
 * compiles at once: V8's tasks that would do it beside the isolate are never run in one of our kind.
 */
const { Module, Instance, Memory } = intrinsicWebAssembly;
const growMemory = Memory.prototype.grow;

type Constructor = abstract new (...args: never[]) => object;

/** The class under its name, with its statics and prototype, made by `make`. */
function replaceClass(original: Constructor, make: (args: unknown[], newTarget: Function) => object): void {
  const replacement = function (this: unknown, ...args: unknown[]): object {
    if (new.target === undefined) throw new TypeError(`WebAssembly.${original.name} must be invoked with 'new'`);
    return make(args, new.target);
  };
  for (const key of Reflect.ownKeys(original)) {
    if (key === "prototype" || key === "name") continue;
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
  }
  rename(replacement, original.name);
  replacement.prototype = original.prototype;
  define(original.prototype as object, "constructor", replacement);
  define(intrinsicWebAssembly, original.name, replacement);
}

function define(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, writable: true, enumerable: false, configurable: true });
}

function construct<T>(original: new (...args: never[]) => T, args: unknown[], newTarget: Function = original): T {
  return Reflect.construct(original, args, newTarget) as T;
}

function compile(source: unknown, newTarget?: Function): WasmModule {
  const bytes = toBytes(source);
  // Anything else is refused by the engine, in its words.
  if (bytes === undefined) return construct(Module, [source], newTarget);
  const capped = capMemories(bytes, maxPages());
  if (capped.ok) return construct(Module, [capped.bytes], newTarget);
  throw tooLarge(capped.pages);
}

function instantiate(args: unknown[], newTarget?: Function): WasmInstance {
  const instance = construct(Instance, args, newTarget);
  for (const exported of Object.values(instance.exports)) if (exported instanceof Memory) watch(exported);
  return instance;
}

function makeMemory([descriptor, ...rest]: unknown[], newTarget: Function): WasmMemory {
  const limits = descriptor as WasmMemoryLimits | undefined;
  if (typeof limits !== "object" || limits === null) return construct(Memory, [descriptor, ...rest], newTarget);
  const { initial, maximum = Number.POSITIVE_INFINITY } = limits;
  if (initial > maxPages()) throw tooLarge(initial);
  const memory = construct(Memory, [{ ...limits, maximum: Math.min(maximum, maxPages()) }], newTarget);
  watch(memory);
  return memory;
}

function tooLarge(pages: number): RangeError {
  noteDenied();
  const megabytes = Math.ceil(pages / PAGES_PER_MB);
  return new RangeError(`a WebAssembly memory of ${megabytes} MB is more than the function's memoryMb`);
}

function toBytes(source: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
  }
  return source instanceof ArrayBuffer ? new Uint8Array(source) : undefined;
}

interface Instantiated {
  readonly module: WasmModule;
  readonly instance: WasmInstance;
}

interface WasmResponse {
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** As the WebAssembly Web API says: a response that succeeded and that calls itself WebAssembly. */
async function bytesOf(source: unknown): Promise<ArrayBuffer> {
  const response = (await source) as WasmResponse;
  if (typeof response?.arrayBuffer !== "function") throw new TypeError("an argument must be a Response");
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/wasm") throw new TypeError("the response's content type is not 'application/wasm'");
  if (!response.ok) throw new TypeError("the response's status is not one of success");
  return response.arrayBuffer();
}

const functions = {
  compile: async (source: unknown): Promise<WasmModule> => compile(source),
  instantiate: async (source: unknown, imports?: unknown): Promise<WasmInstance | Instantiated> => {
    if (source instanceof Module) return instantiate([source, imports]);
    const module = compile(source);
    return { module, instance: instantiate([module, imports]) };
  },
  compileStreaming: async (source: unknown): Promise<WasmModule> => compile(await bytesOf(source)),
  instantiateStreaming: async (source: unknown, imports?: unknown): Promise<Instantiated> => {
    const module = compile(await bytesOf(source));
    return { module, instance: instantiate([module, imports]) };
  },
};

replaceClass(Module, ([source], newTarget) => compile(source, newTarget));
replaceClass(Instance, instantiate);
replaceClass(Memory, makeMemory);
define(Memory.prototype, "grow", function grow(this: WasmMemory, pages: number): number {
  try {
    return growMemory.call(this, pages);
  } catch (error) {
    if (error instanceof RangeError) noteDenied();
    throw error;
  }
});
for (const [name, value] of Object.entries(functions)) define(intrinsicWebAssembly, name, value);

export const guestWebAssembly = intrinsicWebAssembly;
