import { loadAsyncHooks } from "../lazy.ts";
import { checkFunction, invalidArgType } from "./node-error.ts";
import { reportUncaught } from "../lambda/uncaught.ts";

type ChannelName = string | symbol;
type Subscriber = (message: unknown, name: ChannelName) => void;
type Context = object;
type AnyFunction = (...args: unknown[]) => unknown;
interface Storage {
  run(store: unknown, callback: () => unknown): unknown;
}

const channels = new Map<ChannelName, Channel>();

class Channel {
  readonly name: ChannelName;
  readonly #subscribers: Subscriber[] = [];
  readonly #stores = new Map<Storage, (data: unknown) => unknown>();

  constructor(name: ChannelName) {
    this.name = name;
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.length > 0 || this.#stores.size > 0;
  }

  subscribe(subscriber: unknown): void {
    checkFunction(subscriber, "subscription");
    this.#subscribers.push(subscriber);
  }

  unsubscribe(subscriber: Subscriber): boolean {
    const at = this.#subscribers.indexOf(subscriber);
    if (at >= 0) this.#subscribers.splice(at, 1);
    return at >= 0;
  }

  /** A subscriber that throws does so in nobody's call but its own. */
  publish(message: unknown): void {
    for (const subscriber of this.#subscribers.slice()) {
      try {
        subscriber(message, this.name);
      } catch (error) {
        reportUncaught(error);
      }
    }
  }

  bindStore(store: Storage, transform: (data: unknown) => unknown = (data) => data): void {
    this.#stores.set(store, transform);
  }

  unbindStore(store: Storage): boolean {
    return this.#stores.delete(store);
  }

  runStores(message: unknown, run: AnyFunction, self?: unknown, ...args: unknown[]): unknown {
    let next = (): unknown => {
      this.publish(message);
      return Reflect.apply(run, self, args);
    };
    for (const [store, transform] of this.#stores) {
      const inner = next;
      next = () => store.run(transform(message), inner);
    }
    return next();
  }
}

function channel(name: unknown): Channel {
  if (typeof name !== "string" && typeof name !== "symbol") {
    throw invalidArgType("channel", "one of type string or symbol", name);
  }
  const known = channels.get(name) ?? new Channel(name);
  channels.set(name, known);
  return known;
}

const EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;

class TracingChannel {
  declare readonly start: Channel;
  declare readonly end: Channel;
  declare readonly asyncStart: Channel;
  declare readonly asyncEnd: Channel;
  declare readonly error: Channel;

  constructor(source: string | Record<string, Channel>) {
    for (const event of EVENTS) {
      const value = typeof source === "string" ? channel(`tracing:${source}:${event}`) : source[event];
      Object.defineProperty(this, event, { value, enumerable: true });
    }
  }

  get hasSubscribers(): boolean {
    return EVENTS.some((event) => this[event].hasSubscribers);
  }

  subscribe(handlers: Record<string, Subscriber | undefined>): void {
    for (const event of EVENTS) if (handlers[event] !== undefined) this[event].subscribe(handlers[event]);
  }

  unsubscribe(handlers: Record<string, Subscriber | undefined>): boolean {
    return EVENTS.every((event) => handlers[event] === undefined || this[event].unsubscribe(handlers[event]));
  }

  traceSync(run: AnyFunction, context: Context = {}, self?: unknown, ...args: unknown[]): unknown {
    return this.start.runStores(context, () => {
      try {
        const result: unknown = Reflect.apply(run, self, args);
        Object.assign(context, { result });
        return result;
      } catch (error) {
        this.#failed(context, error);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  tracePromise(run: AnyFunction, context: Context = {}, self?: unknown, ...args: unknown[]): unknown {
    const settled = (outcome: object): void => {
      Object.assign(context, outcome);
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
    };
    return this.start.runStores(context, () => {
      try {
        return Promise.resolve(Reflect.apply(run, self, args)).then(
          (result: unknown) => {
            settled({ result });
            return result;
          },
          (error: unknown) => {
            this.#failed(context, error);
            settled({});
            throw error;
          },
        );
      } catch (error) {
        this.#failed(context, error);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  traceCallback(run: AnyFunction, position = -1, context: Context = {}, self?: unknown, ...args: unknown[]): unknown {
    const callback = args.at(position);
    checkFunction(callback, "callback");
    const traced = (...results: unknown[]): unknown => {
      if (results[0]) this.#failed(context, results[0]);
      else Object.assign(context, { result: results[1] });
      return this.asyncStart.runStores(context, () => {
        try {
          return callback(...results);
        } finally {
          this.asyncEnd.publish(context);
        }
      });
    };
    args.splice(position, 1, loadAsyncHooks().asyncHooks.AsyncResource.bind(traced));
    return this.start.runStores(context, () => {
      try {
        return Reflect.apply(run, self, args);
      } catch (error) {
        this.#failed(context, error);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  #failed(context: Context, error: unknown): void {
    Object.assign(context, { error });
    this.error.publish(context);
  }
}

/** `node:diagnostics_channel`. */
export const diagnosticsChannel = {
  channel,
  hasSubscribers: (name: ChannelName): boolean => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name: ChannelName, subscriber: unknown): void => channel(name).subscribe(subscriber),
  unsubscribe: (name: ChannelName, subscriber: Subscriber): boolean => channel(name).unsubscribe(subscriber),
  tracingChannel: (source: string | Record<string, Channel>): TracingChannel => new TracingChannel(source),
  Channel,
};
