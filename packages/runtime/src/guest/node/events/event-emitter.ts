import { loadFormat } from "../../lazy.ts";
import { checkFunction, nodeError, outOfRange } from "../node-error.ts";

export type EventName = string | symbol;
export type Listener = ((...args: unknown[]) => unknown) & { listener?: Listener };
type Listeners = Listener | (Listener[] & { warned?: boolean });

export interface Emitter {
  _events: Record<EventName, Listeners | undefined>;
  _eventsCount: number;
  _maxListeners: number | undefined;
  [captures]?: boolean;
  emit(name: EventName, ...args: unknown[]): boolean;
  on(name: EventName, listener: Listener): this;
  once(name: EventName, listener: Listener): this;
  removeListener(name: EventName, listener: Listener): this;
  removeAllListeners(name?: EventName): this;
  listeners(name: EventName): Listener[];
  getMaxListeners(): number;
  setMaxListeners(count: number): this;
}

interface EmitterOptions {
  readonly captureRejections?: boolean;
}

export const errorMonitor = Symbol("events.errorMonitor");
export const captureRejectionSymbol = Symbol.for("nodejs.rejection");
const captures = Symbol("kCapture");

/** What applies to every emitter that says nothing else. */
export const defaults = { maxListeners: 10, captureRejections: false };

/**
 * Node's EventEmitter: a function and not a class, because half of npm inherits by `EventEmitter.call(this)`. Written
 * here because npm's `events` knows neither captured rejections nor error monitors, `on` or signals.
 */
export const EventEmitter = function EventEmitter(this: Emitter, options?: EmitterOptions): void {
  initEmitter(this, options);
} as unknown as { new (options?: EmitterOptions): Emitter; readonly prototype: Emitter };

export function initEmitter(emitter: Emitter, options?: EmitterOptions): void {
  const inherited = (Object.getPrototypeOf(emitter) as Emitter | null)?._events;
  if ((emitter._events as unknown) === undefined || emitter._events === inherited) {
    emitter._events = Object.create(null) as Emitter["_events"];
    emitter._eventsCount = 0;
  }
  emitter._maxListeners ||= undefined;
  const capture = options?.captureRejections ?? defaults.captureRejections;
  if (capture) Object.defineProperty(emitter, captures, { value: true, configurable: true, writable: true });
}

const methods = {
  _events: undefined,
  _eventsCount: 0,
  _maxListeners: undefined,

  setMaxListeners(this: Emitter, count: number): Emitter {
    checkCount(count);
    this._maxListeners = count;
    return this;
  },

  getMaxListeners(this: Emitter): number {
    return this._maxListeners ?? defaults.maxListeners;
  },

  emit(this: Emitter, name: EventName, ...args: unknown[]): boolean {
    const events = this._events as Emitter["_events"] | undefined;
    if (name === "error") {
      if (events?.[errorMonitor] !== undefined) this.emit(errorMonitor, ...args);
      if (events?.["error"] === undefined) throw unhandled(args[0]);
    }
    const listeners = events?.[name];
    if (listeners === undefined) return false;
    if (typeof listeners === "function") call(this, listeners, name, args);
    else for (const listener of listeners.slice()) call(this, listener, name, args);
    return true;
  },

  on(this: Emitter, name: EventName, listener: Listener): Emitter {
    return add(this, name, listener, false);
  },

  prependListener(this: Emitter, name: EventName, listener: Listener): Emitter {
    return add(this, name, listener, true);
  },

  once(this: Emitter, name: EventName, listener: Listener): Emitter {
    checkFunction(listener, "listener");
    return this.on(name, onceWrapper(this, name, listener));
  },

  prependOnceListener(this: Emitter, name: EventName, listener: Listener): Emitter {
    checkFunction(listener, "listener");
    return add(this, name, onceWrapper(this, name, listener), true);
  },

  removeListener(this: Emitter, name: EventName, listener: Listener): Emitter {
    checkFunction(listener, "listener");
    const current = all(this, name);
    const at = current.findLastIndex((known) => known === listener || known.listener === listener);
    if (at < 0) return this;
    const removed = current[at];
    keep(
      this,
      name,
      current.filter((_, index) => index !== at),
    );
    if (this._events["removeListener"] !== undefined) this.emit("removeListener", name, removed?.listener ?? listener);
    return this;
  },

  removeAllListeners(this: Emitter, name?: EventName): Emitter {
    if ((this._events as unknown) === undefined) return this;
    const names = arguments.length === 0 ? Reflect.ownKeys(this._events) : [name as EventName];
    const tell = this._events["removeListener"] !== undefined;
    for (const known of names) {
      if (tell && known !== "removeListener") {
        for (const listener of all(this, known).reverse()) this.removeListener(known, listener);
      } else keep(this, known, []);
    }
    if (arguments.length === 0) keep(this, "removeListener", []);
    return this;
  },

  listeners(this: Emitter, name: EventName): Listener[] {
    return all(this, name).map((listener) => listener.listener ?? listener);
  },

  rawListeners(this: Emitter, name: EventName): Listener[] {
    return all(this, name);
  },

  listenerCount(this: Emitter, name: EventName, listener?: Listener): number {
    const known = all(this, name);
    if (listener == null) return known.length;
    return known.filter((each) => each === listener || each.listener === listener).length;
  },

  eventNames(this: Emitter): EventName[] {
    return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : [];
  },
};

for (const [name, value] of Object.entries({
  ...methods,
  addListener: methods.on,
  off: methods.removeListener,
})) {
  Object.defineProperty(EventEmitter.prototype, name, { value, writable: true, configurable: true, enumerable: true });
}

/** A copy: listeners may come and go while they are called. */
function all(emitter: Emitter, name: EventName): Listener[] {
  const listeners = (emitter._events as Emitter["_events"] | undefined)?.[name];
  if (listeners === undefined) return [];
  return typeof listeners === "function" ? [listeners] : listeners.slice();
}

function keep(emitter: Emitter, name: EventName, listeners: Listener[]): void {
  const [first] = listeners;
  const had = emitter._events[name] !== undefined;
  if (first === undefined) {
    if (!had) return;
    delete emitter._events[name];
    emitter._eventsCount--;
  } else emitter._events[name] = listeners.length === 1 ? first : listeners;
}

function add(emitter: Emitter, name: EventName, listener: Listener, first: boolean): Emitter {
  checkFunction(listener, "listener");
  if ((emitter._events as unknown) === undefined) initEmitter(emitter);
  if (emitter._events["newListener"] !== undefined) emitter.emit("newListener", name, listener.listener ?? listener);
  const present = emitter._events[name];
  if (present === undefined) {
    emitter._events[name] = listener;
    emitter._eventsCount++;
    return emitter;
  }
  const list = typeof present === "function" ? [present] : present;
  if (first) list.unshift(listener);
  else list.push(listener);
  emitter._events[name] = list;
  warnOfLeak(emitter, name, list);
  return emitter;
}

function warnOfLeak(emitter: Emitter, name: EventName, list: Listener[] & { warned?: boolean }): void {
  const max = emitter.getMaxListeners();
  if (max <= 0 || list.length <= max || list.warned === true) return;
  list.warned = true;
  const warning = Object.assign(
    new Error(
      `Possible EventEmitter memory leak detected. ${list.length} ${String(name)} listeners added to ` +
        `${loadFormat().inspect(emitter, { depth: -1 })}. MaxListeners is ${max}. ` +
        "Use emitter.setMaxListeners() to increase limit",
    ),
    { name: "MaxListenersExceededWarning", emitter, type: name, count: list.length },
  );
  (globalThis.process as { emitWarning(warning: Error): void }).emitWarning(warning);
}

function onceWrapper(emitter: Emitter, name: EventName, listener: Listener): Listener {
  let fired = false;
  const wrapper: Listener = (...args) => {
    if (fired) return undefined;
    fired = true;
    emitter.removeListener(name, wrapper);
    return Reflect.apply(listener, emitter, args);
  };
  wrapper.listener = listener;
  return wrapper;
}

function call(emitter: Emitter, listener: Listener, name: EventName, args: unknown[]): void {
  const result = Reflect.apply(listener, emitter, args);
  if (emitter[captures] !== true || result === null || typeof result !== "object") return;
  const { then } = result as { then?: unknown };
  if (typeof then !== "function") return;
  Reflect.apply(then, result, [undefined, (error: unknown) => rejected(emitter, error, name, args)]);
}

function rejected(emitter: Emitter, error: unknown, name: EventName, args: unknown[]): void {
  const { process } = globalThis as unknown as { process: { nextTick(task: () => void): void } };
  process.nextTick(() => {
    const own = (emitter as unknown as Record<symbol, unknown>)[captureRejectionSymbol];
    if (typeof own === "function") {
      Reflect.apply(own, emitter, [error, name, ...args]);
      return;
    }
    // A handler of the error event that fails in turn must not be asked again.
    emitter[captures] = false;
    try {
      emitter.emit("error", error);
    } finally {
      emitter[captures] = true;
    }
  });
}

function unhandled(error: unknown): unknown {
  if (error instanceof Error) return error;
  const failure = nodeError(Error, "ERR_UNHANDLED_ERROR", `Unhandled error. (${loadFormat().inspect(error)})`);
  return Object.assign(failure, { context: error });
}

export function checkCount(count: unknown, name = "setMaxListeners"): void {
  if (typeof count !== "number" || !(count >= 0)) throw outOfRange(name, "a non-negative number", count);
}
