import type ivm from "isolated-vm";
import type { CodeCaches } from "./code-caches.ts";

export type CodeCache = ivm.ExternalCopy<ArrayBuffer>;
type Compiler = Pick<ivm.Isolate, "compileScript">;
/** What isolated-vm's types leave out. */
type Compiled = ivm.Script & { readonly cachedData?: CodeCache; readonly cachedDataRejected?: boolean };

/** Stack traces name places in this file, counted as if the head were not there. */
export const CODE_NAME = "/var/task/index.js";
const HEAD = "(function (exports, require, module, __filename, __dirname) {";
const ORIGIN = { filename: CODE_NAME, columnOffset: -HEAD.length };
/** What is smaller compiles as fast as a cache of it is read. */
const CACHED_CHARS_MIN = 16 * 1024;
/** Should V8 have dropped what it compiled, it compiles anew, and needs some four times the text for a moment. */
const NEEDED_PER_CHAR = 4;

export interface UserCodeOptions {
  readonly caches: CodeCaches<CodeCache>;
  readonly version: object;
  /** Bundled CommonJS body. */
  readonly source: string;
}

/** A version's code, as one isolate compiles it: with V8's code cache, once an earlier isolate of this process left one. */
export class UserCode {
  readonly #options: UserCodeOptions;
  readonly #wrapped: string;

  constructor(options: UserCodeOptions) {
    this.#options = options;
    this.#wrapped = `${HEAD}${options.source}\n})`;
  }

  /** @throws Error of V8's when it is no JavaScript */
  async compile(isolate: Compiler): Promise<ivm.Script> {
    const { caches, version } = this.#options;
    const cachedData = caches.get(version);
    if (cachedData === undefined) return await isolate.compileScript(this.#wrapped, ORIGIN);
    const script: Compiled = await isolate.compileScript(this.#wrapped, { ...ORIGIN, cachedData });
    if (script.cachedDataRejected === true) caches.drop(version);
    return script;
  }

  /** Whether a cache is wanted, and can be made with so much memory left. */
  isWorthCaching(freeMb: number): boolean {
    const { caches, version, source } = this.#options;
    if (source.length < CACHED_CHARS_MIN || caches.has(version)) return false;
    return freeMb * 1_048_576 > source.length * NEEDED_PER_CHAR;
  }

  /**
   * Makes the cache, in an isolate that has run the code. V8 recognises a text that it has compiled there already, so
   * that this costs no second compilation, and what it writes down are the functions that starting and the first call
   * needed: about all that the next isolate will.
   */
  async cache(isolate: Compiler): Promise<void> {
    const { caches, version } = this.#options;
    const script: Compiled = await isolate.compileScript(this.#wrapped, { ...ORIGIN, produceCachedData: true });
    script.release();
    const { cachedData } = script;
    if (cachedData !== undefined) caches.put(version, cachedData, cachedData.copy().byteLength);
  }
}
