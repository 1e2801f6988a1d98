import { brand, IntrinsicTypeError, objectFreeze, toText } from "../primordials.ts";
import { checkInit, Event, type EventInit } from "./event.ts";

interface MessageEventInit extends EventInit {
  readonly data?: unknown;
  readonly origin?: unknown;
  readonly lastEventId?: unknown;
  readonly source?: unknown;
  readonly ports?: Iterable<unknown>;
}

export class MessageEvent extends Event {
  readonly #data: unknown;
  readonly #origin: string;
  readonly #lastEventId: string;
  readonly #source: unknown;
  readonly #ports: readonly unknown[];

  constructor(type: unknown, init?: MessageEventInit | null) {
    if (arguments.length === 0) throw new IntrinsicTypeError("MessageEvent needs a type");
    super(type, init ?? {});
    const { data = null, origin = "", lastEventId = "", source = null, ports = [] } = checkInit(init);
    this.#data = data;
    this.#origin = toText(origin);
    this.#lastEventId = toText(lastEventId);
    this.#source = source;
    this.#ports = objectFreeze([...ports]);
  }

  get data(): unknown {
    return this.#data;
  }

  get origin(): string {
    return this.#origin;
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  get source(): unknown {
    return this.#source;
  }

  get ports(): readonly unknown[] {
    return this.#ports;
  }
}

brand(MessageEvent, "MessageEvent");
