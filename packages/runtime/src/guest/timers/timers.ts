import { reportUncaught } from "../lambda/uncaught.ts";
import { inMicrotask, IntrinsicTypeError, reflectApply, symbolToPrimitive, toNumber } from "../primordials.ts";
import { arm, clampDelay, clearTimer, startTimer, type TableEntry, timerOf } from "./timer-table.ts";

type Callback = (...args: unknown[]) => unknown;

function checkCallback(callback: unknown): Callback {
  if (typeof callback === "function") return callback as Callback;
  throw new IntrinsicTypeError('The "callback" argument must be of type function');
}

/** Everything that user code throws from a callback of ours ends here, never in the host. */
function run(callback: Callback, self: unknown, args: unknown[]): void {
  try {
    reflectApply(callback, self, args);
  } catch (error) {
    reportUncaught(error);
  }
}

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
      timer.#delay = delay;
      timer.#entry = {
        fire: () => {
          if (repeat) arm(timer.#id, delay, timer.#entry as TableEntry);
          run(callback, timer, args);
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
    this.#id = startTimer(0, { fire: () => run(callback, this, args), counted: () => this.#ref });
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
  void inMicrotask(() => run(checked, undefined, []));
}
