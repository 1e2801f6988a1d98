import { reportUncaught } from "../lambda/uncaught.ts";
import {
  brand,
  dateNow,
  IntrinsicMap,
  IntrinsicTypeError,
  mapGet,
  mapSet,
  reflectApply,
  toText,
} from "../primordials.ts";
import { domException } from "../lazy.ts";

interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}

/** What the target does to an event while it dispatches it. */
let control: {
  begin(event: Event, target: EventTarget): void;
  end(event: Event): void;
  stopped(event: Event): boolean;
  setPassive(event: Event, passive: boolean): void;
};

export class Event {
  readonly type: string;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly timeStamp = dateNow();
  #target: EventTarget | null = null;
  #dispatching = false;
  #stopped = false;
  #cancelled = false;
  #passive = false;

  constructor(type: string, init: EventInit = {}) {
    if (arguments.length === 0) throw new IntrinsicTypeError("Event needs a type");
    this.type = toText(type);
    this.bubbles = Boolean(init?.bubbles);
    this.cancelable = Boolean(init?.cancelable);
    this.composed = Boolean(init?.composed);
  }

  get target(): EventTarget | null {
    return this.#target;
  }

  get currentTarget(): EventTarget | null {
    return this.#dispatching ? this.#target : null;
  }

  get srcElement(): EventTarget | null {
    return this.#target;
  }

  get eventPhase(): number {
    return this.#dispatching ? 2 : 0;
  }

  get defaultPrevented(): boolean {
    return this.#cancelled;
  }

  get returnValue(): boolean {
    return !this.#cancelled;
  }

  get isTrusted(): boolean {
    return false;
  }

  composedPath(): EventTarget[] {
    return this.#dispatching && this.#target !== null ? [this.#target] : [];
  }

  preventDefault(): void {
    if (this.cancelable && !this.#passive) this.#cancelled = true;
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.#stopped = true;
  }

  static {
    control = {
      begin: (event, target) => {
        if (event.#dispatching) throw domException("The event is being dispatched already", "InvalidStateError");
        event.#target = target;
        event.#dispatching = true;
        event.#stopped = false;
      },
      end: (event) => {
        event.#dispatching = false;
      },
      stopped: (event) => event.#stopped,
      setPassive: (event, passive) => {
        event.#passive = passive;
      },
    };
  }
}

export class CustomEvent extends Event {
  readonly detail: unknown;

  constructor(type: string, init: EventInit & { readonly detail?: unknown } = {}) {
    super(type, init);
    this.detail = init?.detail ?? null;
  }
}

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface Registration {
  readonly listener: Listener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  removed: boolean;
}

interface ListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  readonly signal?: { readonly aborted: boolean; addEventListener(type: string, listener: Listener): void };
}

export class EventTarget {
  /** Lists are replaced, never changed: a dispatch goes on with the list that it began with. */
  readonly #listeners = new IntrinsicMap<string, readonly Registration[]>();

  addEventListener(type: string, listener: Listener | null, options?: boolean | ListenerOptions): void {
    if (listener === null || listener === undefined) return;
    if (typeof listener !== "function" && typeof listener !== "object") {
      throw new IntrinsicTypeError("The listener must be a function or an object with handleEvent");
    }
    const { capture = false, once = false, passive = false, signal } = toOptions(options);
    if (signal?.aborted) return;
    const name = toText(type);
    const list = mapGet(this.#listeners, name) ?? [];
    if (list.some((known) => known.listener === listener && known.capture === Boolean(capture))) return;
    const registration: Registration = { listener, capture: Boolean(capture), once, passive, removed: false };
    mapSet(this.#listeners, name, [...list, registration]);
    signal?.addEventListener("abort", () => this.removeEventListener(name, listener, options));
  }

  removeEventListener(type: string, listener: Listener | null, options?: boolean | ListenerOptions): void {
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
    control.begin(event, this);
    const list = mapGet(this.#listeners, event.type) ?? [];
    for (const registration of list) {
      if (control.stopped(event)) break;
      if (registration.removed) continue;
      if (registration.once) this.removeEventListener(event.type, registration.listener, registration);
      control.setPassive(event, registration.passive);
      notifyListener(this, registration.listener, event);
    }
    control.end(event);
    return !event.defaultPrevented;
  }
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

function toOptions(options: boolean | ListenerOptions | undefined): ListenerOptions {
  return typeof options === "object" && options !== null ? options : { capture: Boolean(options) };
}

brand(Event, "Event");
brand(CustomEvent, "CustomEvent");
brand(EventTarget, "EventTarget");
