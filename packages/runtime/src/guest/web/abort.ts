import { brand, IntrinsicTypeError, objectCreate, toNumber } from "../primordials.ts";
import { domException } from "../lazy.ts";
import { setTimeout } from "../timers/timers.ts";
import { Event, EventTarget } from "./event-target.ts";

type AbortHandler = ((event: Event) => unknown) | null;

/** Classes are closed to users; these two are the way in for the module itself. */
let createSignal: () => AbortSignal;
let abortSignal: (signal: AbortSignal, reason: unknown) => void;
const KEY = objectCreate(null) as object;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown;
  #onabort: AbortHandler = null;
  #listensForHandler = false;

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

  get onabort(): AbortHandler {
    return this.#onabort;
  }

  set onabort(handler: AbortHandler) {
    this.#onabort = typeof handler === "function" ? handler : null;
    // It runs in the order of its first setting, whatever is put in its place later.
    if (this.#listensForHandler) return;
    this.#listensForHandler = true;
    this.addEventListener("abort", (event) => this.#onabort?.(event));
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = createSignal();
    abortSignal(signal, reason);
    return signal;
  }

  static timeout(delayMs: number): AbortSignal {
    const delay = toNumber(delayMs);
    if (!(delay >= 0)) throw new IntrinsicTypeError("AbortSignal.timeout needs a number of milliseconds");
    const signal = createSignal();
    setTimeout(
      () => abortSignal(signal, domException("The operation was aborted due to timeout", "TimeoutError")),
      delay,
    ).unref();
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const combined = createSignal();
    const sources = [...signals];
    for (const source of sources) {
      if (!(source instanceof AbortSignal)) throw new IntrinsicTypeError("AbortSignal.any needs AbortSignals");
    }
    const aborted = sources.find((source) => source.aborted);
    if (aborted !== undefined) {
      abortSignal(combined, aborted.reason);
      return combined;
    }
    for (const source of sources) {
      source.addEventListener("abort", () => abortSignal(combined, source.reason), { once: true });
    }
    return combined;
  }

  static {
    createSignal = () => new AbortSignal(KEY);
    abortSignal = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason === undefined ? domException("This operation was aborted", "AbortError") : reason;
      signal.dispatchEvent(new Event("abort"));
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
