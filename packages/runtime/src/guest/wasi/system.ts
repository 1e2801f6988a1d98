import { type Fd, File, OpenFile, WASI, WASIProcExit, wasi } from "@bjorn3/browser_wasi_shim";
import type { WasmInstance, WasmMemory } from "../wasm/wasm-types.ts";
import { clockTime, pollOneoff } from "./poll.ts";

export interface SystemOptions {
  readonly args: string[];
  /** `NAME=value` */
  readonly environment: string[];
  /** Standard input, output and error, then the folders that the program finds. */
  readonly stdin: Uint8Array;
  readonly files: readonly Fd[];
}

interface ProgramExports {
  readonly memory: WasmMemory;
  readonly _start: () => void;
}

export const MODULE_NAME = "wasi_snapshot_preview1";
/** What a shell says of a program that a signal ended. */
const SIGNAL_EXIT = 128;

/** One run of a program: the package's WASI, with what it lacks (`poll_oneoff`, refusals) put right. */
export class System {
  readonly #wasi: WASI;

  constructor({ args, environment, stdin, files }: SystemOptions) {
    const input = new OpenFile(new File(stdin, { readonly: true }));
    // The package tells its log of every call unless it is told not to.
    this.#wasi = new WASI(args, environment, [input, ...files], { debug: false });
    Object.assign(this.#wasi.wasiImport, this.#corrections());
  }

  get imports(): object {
    return this.#wasi.wasiImport;
  }

  /** @returns the exit code; throws what the program was ended by */
  run(instance: WasmInstance): number {
    const exports = instance.exports as unknown as ProgramExports;
    return this.#wasi.start({ exports });
  }

  #corrections(): Record<string, (...args: number[]) => number> {
    const memory = (): DataView => new DataView(this.#wasi.inst.exports.memory.buffer);
    const notSupported = (): number => wasi.ERRNO_NOTSUP;
    return {
      clock_time_get: ((id: number, _precision: bigint, at: number) => {
        const time = clockTime(id);
        if (time === undefined) return wasi.ERRNO_NOTSUP;
        memory().setBigUint64(at, time, true);
        return wasi.ERRNO_SUCCESS;
      }) as unknown as () => number,
      poll_oneoff: (input = 0, output = 0, count = 0, written = 0) =>
        pollOneoff(memory(), input, output, count, written),
      proc_raise: (signal = 0) => {
        throw new WASIProcExit(SIGNAL_EXIT + signal);
      },
      sched_yield: () => wasi.ERRNO_SUCCESS,
      random_get: (at = 0, length = 0) => {
        const bytes = new Uint8Array(memory().buffer, at, length);
        for (let from = 0; from < length; from += 65_536) {
          // A program's memory may be shared, and random bytes are not written there.
          const part = new Uint8Array(Math.min(65_536, length - from));
          bytes.set(crypto.getRandomValues(part), from);
        }
        return wasi.ERRNO_SUCCESS;
      },
      sock_accept: notSupported,
      sock_recv: notSupported,
      sock_send: notSupported,
      sock_shutdown: notSupported,
    };
  }
}
