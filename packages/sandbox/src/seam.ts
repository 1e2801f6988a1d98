/** What the cell knows of an isolate. `isolate.ts` is the adapter on isolated-vm; tests use a fake. */
export interface Sandbox {
  /** Hands an invocation to the guest's mailbox; it runs when those handed over before have settled. */
  invoke(seq: number, event: string, context: string, timeoutMs: number): void;
  /** Takes an invocation back unless the guest has begun it. True: it has not run and never will here. */
  withdraw(seq: number): boolean;
  /** The caller of an invocation went away. */
  abandon(seq: number, timeoutMs: number): void;
  reply(id: number, text: string, bytes: Uint8Array, timeoutMs: number): void;
  fail(id: number, failure: string, timeoutMs: number): void;
  fireTimer(id: number, timeoutMs: number): void;
  /** MiB in use: heap and external memory. */
  memoryMb(): Promise<number>;
  cpuMs(): number;
  /** Code is being run, rather than waited for. */
  readonly running: boolean;
  /** Asks V8 to end the isolate; `ended` follows when it obeyed. */
  dispose(): void;
}

export type SandboxEnd = "disposed" | "timeout" | "memory" | "catastrophe" | "broken";

export interface SandboxEvents {
  /** The isolate is about to run the module's code: what its top level asks of the host comes from now on. */
  loading(sandbox: Sandbox): void;
  settled(seq: number, ok: boolean, json: string): void;
  logged(seq: number, text: string): void;
  hostCall(id: number, op: number, text: string, bytes: ArrayBuffer | undefined): void;
  timerStarted(id: number, delayMs: number): void;
  timerCleared(id: number): void;
  /** A promise of the guest's was rejected and nobody handled it. */
  rejected(message: string, trace: readonly string[]): void;
  /** Comes once; afterwards nothing else comes. `frames` is where the guest's code was, as far as V8 tells. */
  ended(reason: SandboxEnd, frames: readonly string[]): void;
}

export interface SandboxOptions {
  /** The version, by an object that stands for no other in this process. */
  readonly version: object;
  readonly memoryMb: number;
  /** Bundled CommonJS body, or a WASI program. */
  readonly code: string | Uint8Array;
  /** GuestSettings JSON. */
  readonly settings: string;
  readonly initTimeoutMs: number;
  readonly events: SandboxEvents;
}

/** `error` is FunctionError JSON: the user's module could not be loaded, and the isolate is gone. */
export type SandboxStart =
  | { readonly ok: true; readonly sandbox: Sandbox }
  | { readonly ok: false; readonly error: string; readonly end: SandboxEnd | undefined };

export type SandboxFactory = (options: SandboxOptions) => Promise<SandboxStart>;
