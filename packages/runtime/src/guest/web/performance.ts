import { startedAt } from "../clock.ts";
import { dateNow, objectDefineProperty, symbolToStringTag } from "../primordials.ts";

/** Whole milliseconds: an isolate has no finer clock, and a finer one would help attacks that time the processor. */
const Performance = class Performance {
  get timeOrigin(): number {
    return startedAt;
  }

  now(): number {
    return dateNow() - startedAt;
  }

  toJSON(): object {
    return { timeOrigin: startedAt };
  }
};
objectDefineProperty(Performance.prototype, symbolToStringTag, { value: "Performance", configurable: true });

export const performance = new Performance();
