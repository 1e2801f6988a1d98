import { currentFrame } from "../node/async/async-context.ts";
import { defineHidden, inMicrotask, symbolToPrimitive, toNumber } from "../primordials.ts";
import { type Callback, checkCallback, runCallback } from "./run-callback.ts";
import { arm, clampDelay, clearTimer, startTimer, type TableEntry, timerOf } from "./timer-table.ts";

let createTimeout: (callback: Callback, delay: number, args: unknown[], repeat: boolean) => Timeout;
let idOfTimeout: (timer: object) => number | undefined;
let idOfImmediate: (immediate: object) => number | undefined;

export class Timeout {
  #id = 0;
  #ref = true;
  #delay = 1;
  #entry: TableEntry | undefined;

  ref(): this {
    this.#ref = true;
    return this;
  }

  unref(): this {
    this.#ref = false;
    return this;
  }

  hasRef(): boolean {
    return this.#ref;
  }

  /** Starts the time anew. */
  refresh(): this {
    const entry = this.#entry;
    if (entry !== undefined && timerOf(this.#id) !== undefined) {
      clearTimer(this.#id);
      this.#id = startTimer(this.#delay, entry);
    }
    return this;
  }

  close(): this {
    clearTimer(this.#id);
    return this;
  }

  [symbolToPrimitive](): number {
    return this.#id;
  }

  static {
    createTimeout = (callback, delay, args, repeat) => {
      const timer = new Timeout();
      const frame = currentFrame();
      timer.#delay = delay;
      timer.#entry = {
        fire: () => {
          if (repeat) arm(timer.#id, delay, timer.#entry as TableEntry);
          runCallback(callback, timer, args, frame);
        },
        counted: () => timer.#ref,
      };
      timer.#id = startTimer(delay, timer.#entry);
      return timer;
    };
    idOfTimeout = (timer) => (#id in timer ? timer.#id : undefined);
  }
}

export class Immediate {
  readonly #id: number;
  #ref = true;

  constructor(callback: Callback, args: unknown[]) {
    const frame = currentFrame();
    const fire = (): void => runCallback(callback, this, args, frame);
    this.#id = startTimer(0, { fire, counted: () => this.#ref });
  }

  ref(): this {
    this.#ref = true;
    return this;
  }

  unref(): this {
    this.#ref = false;
    return this;
  }

  hasRef(): boolean {
    return this.#ref;
  }

  static {
    idOfImmediate = (immediate) => (#id in immediate ? immediate.#id : undefined);
  }
}

export function setTimeout(callback: unknown, delay?: unknown, ...args: unknown[]): Timeout {
  return createTimeout(checkCallback(callback), clampDelay(delay), args, false);
}

export function setInterval(callback: unknown, delay?: unknown, ...args: unknown[]): Timeout {
  return createTimeout(checkCallback(callback), clampDelay(delay), args, true);
}

export function setImmediate(callback: unknown, ...args: unknown[]): Immediate {
  return new Immediate(checkCallback(callback), args);
}

export function clearTimeout(timer?: unknown): void {
  if (typeof timer === "object" && timer !== null) {
    const id = idOfTimeout(timer);
    if (id !== undefined) clearTimer(id);
  } else if (typeof timer === "number" || typeof timer === "string") {
    clearTimer(toNumber(timer));
  }
}

export function clearInterval(timer?: unknown): void {
  clearTimeout(timer);
}

export function clearImmediate(immediate?: unknown): void {
  if (typeof immediate !== "object" || immediate === null) return;
  const id = idOfImmediate(immediate);
  if (id !== undefined) clearTimer(id);
}

export function queueMicrotask(callback: unknown): void {
  const checked = checkCallback(callback);
  const frame = currentFrame();
  void inMicrotask(() => runCallback(checked, undefined, [], frame));
}

/** Node's `[Symbol.dispose]` of timers, where the engine has the symbol. */
for (const timerClass of [Timeout, Immediate]) {
  const dispose = (Symbol as { dispose?: symbol }).dispose;
  if (dispose === undefined) continue;
  defineHidden(timerClass.prototype, dispose, function (this: object) {
    if (this instanceof Timeout) clearTimeout(this);
    else clearImmediate(this);
  });
}
