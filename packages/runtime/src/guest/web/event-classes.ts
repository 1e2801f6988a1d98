import { brand, toNumber, toText } from "../primordials.ts";
import { checkInit, Event, type EventInit } from "./event.ts";

type Init<T> = (EventInit & Partial<T>) | null;

interface ErrorDetails {
  readonly message: unknown;
  readonly filename: unknown;
  readonly lineno: unknown;
  readonly colno: unknown;
  readonly error: unknown;
}

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: unknown, init?: Init<{ readonly detail: unknown }>) {
    super(...argumentsFor(arguments.length, type, init));
    this.#detail = checkInit(init).detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}

export class ErrorEvent extends Event {
  readonly #details: ErrorDetails;

  constructor(type: unknown, init?: Init<ErrorDetails>) {
    super(...argumentsFor(arguments.length, type, init));
    const { message = "", filename = "", lineno = 0, colno = 0, error } = checkInit(init);
    this.#details = {
      message: toText(message),
      filename: toText(filename),
      lineno: toNumber(lineno) >>> 0,
      colno: toNumber(colno) >>> 0,
      error,
    };
  }

  get message(): unknown {
    return this.#details.message;
  }

  get filename(): unknown {
    return this.#details.filename;
  }

  get lineno(): unknown {
    return this.#details.lineno;
  }

  get colno(): unknown {
    return this.#details.colno;
  }

  get error(): unknown {
    return this.#details.error;
  }
}

export class PromiseRejectionEvent extends Event {
  readonly #promise: unknown;
  readonly #reason: unknown;

  constructor(type: unknown, init: Init<{ readonly promise: unknown; readonly reason: unknown }>) {
    super(...argumentsFor(arguments.length, type, init));
    const { promise, reason } = checkInit(init);
    if (promise === undefined) throw new TypeError("PromiseRejectionEvent needs the promise that was rejected");
    this.#promise = promise;
    this.#reason = reason;
  }

  get promise(): unknown {
    return this.#promise;
  }

  get reason(): unknown {
    return this.#reason;
  }
}

export class CloseEvent extends Event {
  readonly #wasClean: boolean;
  readonly #code: number;
  readonly #reason: string;

  constructor(
    type: unknown,
    init?: Init<{ readonly wasClean: unknown; readonly code: unknown; readonly reason: unknown }>,
  ) {
    super(...argumentsFor(arguments.length, type, init));
    const { wasClean = false, code = 0, reason = "" } = checkInit(init);
    this.#wasClean = Boolean(wasClean);
    this.#code = toNumber(code) & 0xffff;
    this.#reason = toText(reason);
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }
}

export class ProgressEvent extends Event {
  readonly #lengthComputable: boolean;
  readonly #loaded: number;
  readonly #total: number;

  constructor(
    type: unknown,
    init?: Init<{ readonly lengthComputable: unknown; readonly loaded: unknown; readonly total: unknown }>,
  ) {
    super(...argumentsFor(arguments.length, type, init));
    const { lengthComputable = false, loaded = 0, total = 0 } = checkInit(init);
    this.#lengthComputable = Boolean(lengthComputable);
    this.#loaded = toNumber(loaded);
    this.#total = toNumber(total);
  }

  get lengthComputable(): boolean {
    return this.#lengthComputable;
  }

  get loaded(): number {
    return this.#loaded;
  }

  get total(): number {
    return this.#total;
  }
}

/** `Event` counts its arguments, and a subclass called without a type has to fail as it would. */
function argumentsFor(given: number, type: unknown, init: EventInit | null | undefined): [unknown, EventInit?] {
  return given === 0 ? ([] as unknown as [unknown]) : [type, init ?? {}];
}

brand(CustomEvent, "CustomEvent");
brand(ErrorEvent, "ErrorEvent");
brand(PromiseRejectionEvent, "PromiseRejectionEvent");
brand(CloseEvent, "CloseEvent");
brand(ProgressEvent, "ProgressEvent");
