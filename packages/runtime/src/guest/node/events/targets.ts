import { invalidArgType } from "../node-error.ts";
import type { Emitter, EventName, Listener } from "./event-emitter.ts";

export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: string, listener: (event: unknown) => unknown, options?: object): void;
  removeEventListener(type: string, listener: (event: unknown) => unknown): void;
}

type Target = Pick<Signal, "addEventListener" | "removeEventListener">;
/** What `node:events` listens to: an emitter of Node's, or an EventTarget of the web's. */
export type AnyTarget = Emitter | Target;

/** What `setMaxListeners` said of EventTargets, which have no such property. */
export const targetListeners = new WeakMap<object, number>();

export function isEmitter(target: AnyTarget): target is Emitter {
  if (typeof (target as Partial<Emitter>).on === "function") return true;
  if (typeof (target as Partial<Target>).addEventListener === "function") return false;
  throw invalidArgType("emitter", "an instance of EventEmitter or EventTarget", target);
}

export function listen(target: AnyTarget, name: EventName, listener: Listener): void {
  if (isEmitter(target)) target.on(name, listener);
  else target.addEventListener(String(name), listener);
}

export function unlisten(target: AnyTarget, name: EventName, listener: Listener): void {
  if (isEmitter(target)) target.removeListener(name, listener);
  else target.removeEventListener(String(name), listener);
}

/** An EventTarget does not tell its listeners, here as on the web. */
export function listenersOf(target: AnyTarget, name: EventName): Listener[] {
  return isEmitter(target) ? target.listeners(name) : [];
}
