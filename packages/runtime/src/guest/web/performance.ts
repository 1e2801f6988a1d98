import { startedAt } from "../clock.ts";
import { brand, dateNow } from "../primordials.ts";

/** Whole milliseconds: an isolate has no finer clock, and a finer one would help attacks that time the processor. */
class Performance {
  get timeOrigin(): number {
    return startedAt;
  }

  now(): number {
    return dateNow() - startedAt;
  }

  toJSON(): object {
    return { timeOrigin: startedAt };
  }
}
brand(Performance, "Performance");

export const performance = new Performance();
