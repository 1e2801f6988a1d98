import { brand, IntrinsicTypeError, objectCreate, toNumber, trunc } from "../primordials.ts";
import { domException } from "../lazy.ts";
import { setTimeout } from "../timers/timers.ts";
import { Event } from "./event.ts";
import { EventTarget, fire, HandlerSlot } from "./event-target.ts";

/** Classes are closed to users; these are the way in for the module itself. */
let createSignal: () => AbortSignal;
let abortSignal: (signal: AbortSignal, reason: unknown) => void;
let follow: (signal: AbortSignal, sources: readonly AbortSignal[]) => void;
const KEY = objectCreate(null) as object;
const DELAY_MAX_MS = 2 ** 31 - 1;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown;
  readonly #onabort = new HandlerSlot(this, "abort");
  /** Signals made of others by `any`: those that it was made of, and those made of it. */
  #sources: readonly AbortSignal[] = [];
  #dependents: AbortSignal[] = [];

  constructor(key?: unknown) {
    if (key !== KEY) throw new IntrinsicTypeError("Illegal constructor");
    super();
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  get onabort(): unknown {
    return this.#onabort.handler;
  }

  set onabort(handler: unknown) {
    this.#onabort.set(handler);
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = createSignal();
    abortSignal(signal, reason);
    return signal;
  }

  static timeout(delayMs: unknown): AbortSignal {
    const delay = trunc(toNumber(delayMs));
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
      throw new IntrinsicTypeError("AbortSignal.timeout needs a number of milliseconds");
    }
    const signal = createSignal();
    setTimeout(
      () => abortSignal(signal, domException("The operation was aborted due to timeout", "TimeoutError")),
      Math.min(delay, DELAY_MAX_MS),
    ).unref();
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    if (arguments.length === 0) throw new IntrinsicTypeError("AbortSignal.any needs signals");
    const combined = createSignal();
    const sources = [...signals];
    for (const source of sources) {
      if (!(source instanceof AbortSignal)) throw new IntrinsicTypeError("AbortSignal.any needs AbortSignals");
    }
    const aborted = sources.find((source) => source.aborted);
    if (aborted !== undefined) abortSignal(combined, aborted.reason);
    else follow(combined, sources);
    return combined;
  }

  static {
    createSignal = () => new AbortSignal(KEY);
    abortSignal = (signal, reason) => {
      if (signal.#aborted) return;
      const cause = reason === undefined ? domException("This operation was aborted", "AbortError") : reason;
      // All are aborted before any listener runs, so that no listener sees some of them as they were.
      const all = [signal, ...signal.#dependents.filter((dependent) => !dependent.#aborted)];
      for (const one of all) {
        one.#aborted = true;
        one.#reason = cause;
        for (const source of one.#sources) {
          source.#dependents = source.#dependents.filter((dependent) => dependent !== one);
        }
        one.#sources = [];
      }
      signal.#dependents = [];
      for (const one of all) fire(one, new Event("abort"));
    };
    // A signal made of combined signals follows what those follow: dependents need no dependents of their own.
    follow = (signal, given) => {
      const sources = new Set(given.flatMap((source) => (source.#sources.length > 0 ? source.#sources : [source])));
      signal.#sources = [...sources];
      for (const source of sources) source.#dependents.push(signal);
    };
  }
}

export class AbortController {
  readonly #signal = createSignal();

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    abortSignal(this.#signal, reason);
  }
}

brand(AbortSignal, "AbortSignal");
brand(AbortController, "AbortController");
