import { startedAt } from "../clock.ts";
import { brand, dateNow, IntrinsicTypeError, objectDefineProperty, toText } from "../primordials.ts";
import { domException } from "../lazy.ts";
import type { EventTarget } from "./event-target.ts";

export interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}

/** What the target does to an event while it dispatches it. */
interface EventControl {
  begin(event: Event, target: EventTarget): void;
  end(event: Event): void;
  stopped(event: Event): boolean;
  setPassive(event: Event, passive: boolean): void;
  trust(event: Event): void;
}

export let control: EventControl;

const AT_TARGET = 2;
const trustDescriptor = {
  __proto__: null,
  get(this: Event): boolean {
    return isTrusted(this);
  },
  enumerable: true,
} as PropertyDescriptor;
let isTrusted: (event: Event) => boolean;

export class Event {
  readonly #timeStamp = dateNow() - startedAt;
  readonly #composed: boolean;
  #type: string;
  #bubbles: boolean;
  #cancelable: boolean;
  #target: EventTarget | null = null;
  #dispatching = false;
  #stopped = false;
  #cancelBubble = false;
  #cancelled = false;
  #passive = false;
  #trusted = false;

  constructor(type: unknown, init: EventInit | null = {}) {
    if (arguments.length === 0) throw new IntrinsicTypeError("Event needs a type");
    const options = checkInit(init);
    this.#type = toText(type);
    this.#bubbles = Boolean(options.bubbles);
    this.#cancelable = Boolean(options.cancelable);
    this.#composed = Boolean(options.composed);
    // The standard wants it as the object's own, so that no subclass can pretend.
    objectDefineProperty(this, "isTrusted", trustDescriptor);
  }

  declare readonly isTrusted: boolean;

  get type(): string {
    return this.#type;
  }

  get bubbles(): boolean {
    return this.#bubbles;
  }

  get cancelable(): boolean {
    return this.#cancelable;
  }

  get composed(): boolean {
    return this.#composed;
  }

  get timeStamp(): number {
    return this.#timeStamp;
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
    return this.#dispatching ? AT_TARGET : 0;
  }

  get defaultPrevented(): boolean {
    return this.#cancelled;
  }

  get returnValue(): boolean {
    return !this.#cancelled;
  }

  set returnValue(value: boolean) {
    if (!value) this.preventDefault();
  }

  get cancelBubble(): boolean {
    return this.#cancelBubble;
  }

  set cancelBubble(value: boolean) {
    if (value) this.#cancelBubble = true;
  }

  composedPath(): EventTarget[] {
    return this.#dispatching && this.#target !== null ? [this.#target] : [];
  }

  preventDefault(): void {
    if (this.#cancelable && !this.#passive) this.#cancelled = true;
  }

  stopPropagation(): void {
    this.#cancelBubble = true;
  }

  stopImmediatePropagation(): void {
    this.#cancelBubble = true;
    this.#stopped = true;
  }

  initEvent(type: unknown, bubbles?: boolean, cancelable?: boolean): void {
    if (arguments.length === 0) throw new IntrinsicTypeError("initEvent needs a type");
    if (this.#dispatching) return;
    this.#stopped = this.#cancelBubble = this.#cancelled = this.#trusted = false;
    this.#target = null;
    this.#type = toText(type);
    this.#bubbles = Boolean(bubbles);
    this.#cancelable = Boolean(cancelable);
  }

  static {
    isTrusted = (event) => event.#trusted;
    control = {
      begin: (event, target) => {
        if (event.#dispatching) throw domException("The event is being dispatched already", "InvalidStateError");
        event.#target = target;
        event.#dispatching = true;
      },
      end: (event) => {
        event.#dispatching = event.#stopped = event.#cancelBubble = false;
      },
      stopped: (event) => event.#stopped,
      setPassive: (event, passive) => {
        event.#passive = passive;
      },
      trust: (event) => {
        event.#trusted = true;
      },
    };
  }
}

brand(Event, "Event");
const PHASES = ["NONE", "CAPTURING_PHASE", "AT_TARGET", "BUBBLING_PHASE"] as const;
for (let at = 0; at < PHASES.length; at++) {
  const constant = { __proto__: null, value: at, enumerable: true } as PropertyDescriptor;
  objectDefineProperty(Event, PHASES[at] as string, constant);
  objectDefineProperty(Event.prototype, PHASES[at] as string, constant);
}

/** @throws TypeError when the dictionary of an event is no object */
export function checkInit<T extends object>(init: T | null | undefined): Partial<T> {
  if (init === undefined || init === null) return {};
  if (typeof init === "object" || typeof init === "function") return init;
  throw new IntrinsicTypeError("The event's options must be an object");
}
