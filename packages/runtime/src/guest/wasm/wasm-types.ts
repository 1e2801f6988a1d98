/** The WebAssembly JavaScript interface as far as the runtime touches it; TypeScript has it among the DOM's types only. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WasmMemoryLimits {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export type WasmModule = object;

interface ModuleClass {
  new (bytes: ArrayBuffer | Uint8Array): WasmModule;
  readonly prototype: object;
  imports(module: WasmModule): readonly { readonly module: string; readonly name: string; readonly kind: string }[];
  exports(module: WasmModule): readonly { readonly name: string; readonly kind: string }[];
}

export interface WasmApi {
  readonly Module: ModuleClass;
  readonly Instance: { new (module: WasmModule, imports: object): WasmInstance; readonly prototype: object };
  readonly Memory: { new (limits: WasmMemoryLimits): WasmMemory; readonly prototype: WasmMemory };
}
