import { brand, IntrinsicTypeError, objectCreate, objectFreeze } from "../primordials.ts";

const KEY = objectCreate(null) as object;
const LANGUAGES = objectFreeze(["en-US"]);

/** The same on every machine: a guest shall not tell them apart. */
export class Navigator {
  constructor(key?: unknown) {
    if (key !== KEY) throw new IntrinsicTypeError("Illegal constructor");
  }

  get userAgent(): string {
    return "Sluice";
  }

  /** An isolate runs in one thread. */
  get hardwareConcurrency(): number {
    return 1;
  }

  get language(): string {
    return "en-US";
  }

  get languages(): readonly string[] {
    return LANGUAGES;
  }
}

brand(Navigator, "Navigator");

export const navigator = new Navigator(KEY);
