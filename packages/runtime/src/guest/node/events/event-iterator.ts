import { abortError } from "../node-error.ts";
import type { EventName } from "./event-emitter.ts";
import { type AnyTarget, isEmitter, listen, type Signal, unlisten } from "./targets.ts";

interface IteratorOptions {
  readonly signal?: Signal;
  readonly close?: readonly EventName[];
}

interface Waiting {
  resolve(result: IteratorResult<unknown[], undefined>): void;
  reject(error: unknown): void;
}

const END = { value: undefined, done: true } as const;

/** `events.on`: what is emitted, in order, until an error, an event of `close`, the signal or a `break`. */
export function eventIterator(
  target: AnyTarget,
  name: EventName,
  options: IteratorOptions = {},
): AsyncIterableIterator<unknown[]> {
  if (options.signal?.aborted === true) throw abortError(options.signal.reason);
  return new EventIterator(target, name, options);
}

class EventIterator implements AsyncIterableIterator<unknown[], undefined> {
  readonly #unread: unknown[][] = [];
  readonly #waiting: Waiting[] = [];
  #failure: { readonly error: unknown } | undefined;
  #done = false;
  #stop: () => void;

  constructor(target: AnyTarget, name: EventName, { signal, close = [] }: IteratorOptions) {
    const event = (...args: unknown[]): void => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#unread.push(args);
      else next.resolve({ value: args, done: false });
    };
    const failed = (error: unknown): void => this.#fail(error);
    const closed = (): void => this.#finish();
    const aborted = (): void => this.#fail(abortError(signal?.reason));
    const watchesErrors = name !== "error" && isEmitter(target);
    listen(target, name, event);
    if (watchesErrors) listen(target, "error", failed);
    for (const each of close) listen(target, each, closed);
    signal?.addEventListener("abort", aborted, { once: true });
    this.#stop = () => {
      unlisten(target, name, event);
      if (watchesErrors) unlisten(target, "error", failed);
      for (const each of close) unlisten(target, each, closed);
      signal?.removeEventListener("abort", aborted);
    };
  }

  next(): Promise<IteratorResult<unknown[], undefined>> {
    const value = this.#unread.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      this.#finish();
      return Promise.reject(failure.error);
    }
    if (this.#done) return Promise.resolve(END);
    return new Promise((resolve, reject) => void this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<unknown[], undefined>> {
    this.#finish();
    return Promise.resolve(END);
  }

  throw(error?: unknown): Promise<IteratorResult<unknown[], undefined>> {
    this.#fail(error);
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #fail(error: unknown): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#failure = { error };
    else next.reject(error);
    this.#finish();
  }

  #finish(): void {
    this.#stop();
    this.#done = true;
    for (const each of this.#waiting.splice(0)) each.resolve(END);
  }
}
