import { reportUncaught } from "../lambda/uncaught.ts";
import { brand, IntrinsicMap, IntrinsicTypeError, mapGet, mapSet, reflectApply, toText } from "../primordials.ts";
import { control, Event } from "./event.ts";

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface Registration {
  readonly listener: Listener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  removed: boolean;
}

interface Signal {
  readonly aborted: boolean;
  addEventListener(type: string, listener: Listener, options?: ListenerOptions): void;
}

interface ListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  readonly signal?: Signal | undefined;
}

let dispatch: (target: EventTarget, event: Event) => boolean;

export class EventTarget {
  /** Lists are replaced, never changed: a dispatch goes on with the list that it began with. */
  readonly #listeners = new IntrinsicMap<string, readonly Registration[]>();

  addEventListener(type: unknown, listener: Listener | null, options?: boolean | ListenerOptions | null): void {
    if (arguments.length < 2) throw new IntrinsicTypeError("addEventListener needs a type and a listener");
    const { capture, once = false, passive = false, signal } = toOptions(options);
    if (signal !== undefined && !(signal instanceof EventTarget)) {
      throw new IntrinsicTypeError("addEventListener: the signal must be an AbortSignal");
    }
    if (!isListener(listener) || signal?.aborted === true) return;
    const name = toText(type);
    const list = mapGet(this.#listeners, name) ?? [];
    if (list.some((known) => known.listener === listener && known.capture === Boolean(capture))) return;
    const registration: Registration = {
      listener,
      capture: Boolean(capture),
      once: Boolean(once),
      passive: Boolean(passive),
      removed: false,
    };
    mapSet(this.#listeners, name, [...list, registration]);
    signal?.addEventListener("abort", () => this.removeEventListener(name, listener, options), { once: true });
  }

  removeEventListener(type: unknown, listener: Listener | null, options?: boolean | ListenerOptions | null): void {
    if (arguments.length < 2) throw new IntrinsicTypeError("removeEventListener needs a type and a listener");
    const name = toText(type);
    const capture = Boolean(toOptions(options).capture);
    const list = mapGet(this.#listeners, name) ?? [];
    const found = list.find((known) => known.listener === listener && known.capture === capture);
    if (found === undefined) return;
    found.removed = true;
    mapSet(
      this.#listeners,
      name,
      list.filter((known) => known !== found),
    );
  }

  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new IntrinsicTypeError("dispatchEvent needs an Event");
    return dispatch(this, event);
  }

  /** With one target there is no path to walk, but listeners that capture still come first. */
  #dispatch(event: Event): boolean {
    control.begin(event, this);
    const list = mapGet(this.#listeners, event.type) ?? [];
    for (const capturing of [true, false]) {
      for (const registration of list) {
        if (control.stopped(event)) break;
        if (registration.removed || registration.capture !== capturing) continue;
        if (registration.once) this.removeEventListener(event.type, registration.listener, registration);
        control.setPassive(event, registration.passive);
        notifyListener(this, registration.listener, event);
        control.setPassive(event, false);
      }
    }
    control.end(event);
    return !event.defaultPrevented;
  }

  static {
    dispatch = (target, event) => target.#dispatch(event);
  }
}

brand(EventTarget, "EventTarget");

/** For events that the runtime itself fires. */
export function fire(target: EventTarget, event: Event): boolean {
  control.trust(event);
  return dispatch(target, event);
}

function isListener(listener: unknown): listener is Listener {
  if (listener === null || listener === undefined) return false;
  if (typeof listener === "function" || typeof listener === "object") return true;
  throw new IntrinsicTypeError("The listener must be a function or an object with handleEvent");
}

/** A listener that throws does not keep the others from running. */
function notifyListener(target: EventTarget, listener: Listener, event: Event): void {
  try {
    if (typeof listener === "function") reflectApply(listener, target, [event]);
    else listener.handleEvent(event);
  } catch (error) {
    reportUncaught(error);
  }
}

function toOptions(options: boolean | ListenerOptions | null | undefined): ListenerOptions {
  return typeof options === "object" && options !== null ? options : { capture: Boolean(options) };
}

/** The attribute `on…` of a target: its handler runs in the order of its first setting, whatever replaces it later. */
export class HandlerSlot {
  readonly #target: EventTarget;
  readonly #type: string;
  #handler: ((event: Event) => unknown) | null = null;
  #listens = false;

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get handler(): ((event: Event) => unknown) | null {
    return this.#handler;
  }

  set(handler: unknown): void {
    this.#handler = typeof handler === "function" ? (handler as (event: Event) => unknown) : null;
    if (this.#listens) return;
    this.#listens = true;
    this.#target.addEventListener(this.#type, (event) => {
      if (this.#handler === null) return;
      if (reflectApply(this.#handler, this.#target, [event]) === false) event.preventDefault();
    });
  }
}
