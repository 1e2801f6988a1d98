import { dateNow, objectDefineProperty, symbolToStringTag } from "../primordials.ts";

/** Milliseconds only: an isolate has no finer clock, and a finer one would help attacks that time the processor. */
const timeOrigin = dateNow();

const Performance = class Performance {
  get timeOrigin(): number {
    return timeOrigin;
  }

  now(): number {
    return dateNow() - timeOrigin;
  }

  toJSON(): object {
    return { timeOrigin };
  }
};
objectDefineProperty(Performance.prototype, symbolToStringTag, { value: "Performance", configurable: true });

export const performance = new Performance();
