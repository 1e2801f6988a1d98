import { checkFunction, checkString } from "../node-error.ts";
import { loadNodeEvents } from "../../lazy.ts";
import type { EventName } from "../events/event-emitter.ts";
import { currentFrame, type Frame } from "./async-context.ts";
import { runInFrame } from "./promise-frames.ts";

type Callback = (...args: unknown[]) => unknown;

let lastId = 1;

/** Keeps the frame in which it was made, for work that is called back by other means than promises and timers. */
export class AsyncResource {
  readonly #frame: Frame = currentFrame();
  readonly #id = ++lastId;
  readonly type: string;

  constructor(type: unknown) {
    checkString(type, "type");
    this.type = type;
  }

  static bind(callback: unknown, type?: string, self?: unknown): Callback {
    checkFunction(callback, "fn");
    return new AsyncResource(type ?? (callback.name || "bound-anonymous-fn")).bind(callback, self);
  }

  runInAsyncScope(callback: Callback, self?: unknown, ...args: unknown[]): unknown {
    return runInFrame(this.#frame, () => Reflect.apply(callback, self, args));
  }

  bind(callback: unknown, self?: unknown): Callback {
    checkFunction(callback, "fn");
    const { runInAsyncScope } = this;
    // oxlint-disable-next-line typescript/no-this-alias -- the bound function has a `this` of its own
    const resource = this;
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(runInAsyncScope, resource, [callback, self === undefined ? this : self, ...args]);
    };
    Object.defineProperty(bound, "length", { value: callback.length, configurable: true });
    return bound;
  }

  emitDestroy(): this {
    return this;
  }

  asyncId(): number {
    return this.#id;
  }

  triggerAsyncId(): number {
    return 1;
  }
}

/** `EventEmitterAsyncResource`: its listeners run in the frame in which the emitter was made. */
export function emitterWithResource() {
  const { EventEmitter } = loadNodeEvents().events;
  return class EventEmitterAsyncResource extends EventEmitter {
    readonly asyncResource: AsyncResource;

    constructor(options: string | { readonly name?: string; readonly captureRejections?: boolean } = {}) {
      super(typeof options === "string" ? {} : options);
      const name = typeof options === "string" ? options : options.name;
      this.asyncResource = new AsyncResource(name ?? new.target.name);
    }

    override emit(name: EventName, ...args: unknown[]): boolean {
      return this.asyncResource.runInAsyncScope(super.emit as Callback, this, name, ...args) as boolean;
    }

    get asyncId(): number {
      return this.asyncResource.asyncId();
    }

    get triggerAsyncId(): number {
      return this.asyncResource.triggerAsyncId();
    }

    emitDestroy(): void {
      this.asyncResource.emitDestroy();
    }
  };
}
