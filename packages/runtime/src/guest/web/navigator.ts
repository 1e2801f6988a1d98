import { brand, IntrinsicTypeError, objectCreate, objectFreeze } from "../primordials.ts";

const KEY = objectCreate(null) as object;
const LANGUAGES = objectFreeze(["en-US"]);

/** The same on every machine: a guest shall not tell them apart. */
export class Navigator {
  readonly #userAgent = "Sluice";
  readonly #hardwareConcurrency = 1; // An isolate runs in one thread.
  readonly #languages = LANGUAGES;

  constructor(key?: unknown) {
    if (key !== KEY) throw new IntrinsicTypeError("Illegal constructor");
  }

  get userAgent(): string {
    return this.#userAgent;
  }

  get hardwareConcurrency(): number {
    return this.#hardwareConcurrency;
  }

  get language(): string {
    return this.#languages[0] as string;
  }

  get languages(): readonly string[] {
    return this.#languages;
  }
}

brand(Navigator, "Navigator");

export const navigator = new Navigator(KEY);
