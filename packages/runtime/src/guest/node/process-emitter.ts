import type { Emitter } from "./events/event-emitter.ts";
import { events } from "./events/events.ts";
import { onProcessEvent } from "./process-events.ts";

/**
 * Makes the process object an emitter. Its events here: `exit` when process.exit() is called, `uncaughtException` (and
 * its monitor) beside the failure of the invocation, and `warning`. Signals, `beforeExit` and `unhandledRejection` may
 * be listened to and never come: the sandbox ends an invocation with an unhandled rejection from outside.
 */
export function makeEmitter(process: object): Emitter {
  Object.setPrototypeOf(process, Object.create(events.prototype, { constructor: { value: events } }) as object);
  events.init.call(process as Emitter);
  const emitter = process as Emitter;
  for (const hidden of ["_events", "_eventsCount", "_maxListeners"]) {
    Object.defineProperty(process, hidden, { enumerable: false });
  }
  onProcessEvent((name, args) => emitter.emit(name, ...args));
  return emitter;
}
