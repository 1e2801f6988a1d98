import { brand, inMicrotask, IntrinsicTypeError, objectCreate } from "../primordials.ts";
import { startTimer } from "../timers/timer-table.ts";
import { Event } from "./event.ts";
import { EventTarget, fire, HandlerSlot } from "./event-target.ts";
import { MessageEvent } from "./message-event.ts";
import { type PreparedTransfer, uncloneable } from "./platform-objects.ts";
import { cloneWithTransfer } from "./structured-clone.ts";

interface Message {
  readonly data: unknown;
  readonly ports: readonly unknown[];
}

/** One end of a channel; a transfer gives it to another MessagePort. */
interface Endpoint {
  port: MessagePort;
  peer: Endpoint | undefined;
  queue: Message[];
  started: boolean;
  scheduled: boolean;
}

const KEY = objectCreate(null) as object;
let createPort: () => MessagePort;
let entangle: (one: MessagePort, other: MessagePort) => void;
let move: (from: MessagePort, to: MessagePort) => void;
let isDetached: (port: MessagePort) => boolean;

export class MessagePort extends EventTarget {
  /** Undefined once it was closed or given away. */
  #end: Endpoint | undefined;
  #detached = false;
  readonly #onmessage = new HandlerSlot(this, "message");
  readonly #onmessageerror = new HandlerSlot(this, "messageerror");

  constructor(key?: unknown) {
    if (key !== KEY) throw new IntrinsicTypeError("Illegal constructor");
    super();
  }

  postMessage(message: unknown, options?: Iterable<unknown> | { readonly transfer?: Iterable<unknown> } | null): void {
    if (arguments.length === 0) throw new IntrinsicTypeError("postMessage needs a message");
    const transfer = transferList(options);
    if (transfer.includes(this)) throw uncloneable("A port that is sent through itself");
    const { value, transferred } = cloneWithTransfer(message, transfer);
    const peer = this.#end?.peer;
    if (peer === undefined) return;
    peer.queue.push({ data: value, ports: transferred.filter((item) => item instanceof MessagePort) });
    schedule(peer);
  }

  start(): void {
    if (this.#end === undefined) return;
    this.#end.started = true;
    schedule(this.#end);
  }

  close(): void {
    const end = this.#end;
    this.#end = undefined;
    this.#detached = true;
    if (end?.peer === undefined) return;
    const { peer } = end;
    end.peer = peer.peer = undefined;
    startTimer(0, { fire: () => fire(peer.port, new Event("close")), counted: () => false });
  }

  get onmessage(): unknown {
    return this.#onmessage.handler;
  }

  set onmessage(handler: unknown) {
    this.#onmessage.set(handler);
    this.start();
  }

  get onmessageerror(): unknown {
    return this.#onmessageerror.handler;
  }

  set onmessageerror(handler: unknown) {
    this.#onmessageerror.set(handler);
  }

  static {
    createPort = () => new MessagePort(KEY);
    entangle = (one, other) => {
      one.#end = { port: one, peer: undefined, queue: [], started: false, scheduled: false };
      other.#end = { port: other, peer: one.#end, queue: [], started: false, scheduled: false };
      one.#end.peer = other.#end;
    };
    isDetached = (port) => port.#detached;
    move = (from, to) => {
      const end = from.#end;
      from.#end = undefined;
      from.#detached = true;
      if (end === undefined) return;
      end.port = to;
      end.started = false;
      to.#end = end;
    };
  }
}

export class MessageChannel {
  readonly #port1 = createPort();
  readonly #port2 = createPort();

  constructor() {
    entangle(this.#port1, this.#port2);
  }

  get port1(): MessagePort {
    return this.#port1;
  }

  get port2(): MessagePort {
    return this.#port2;
  }
}

brand(MessagePort, "MessagePort");
brand(MessageChannel, "MessageChannel");

/** A port that takes over the end of the channel when `commit` is called. */
export function preparePortTransfer(port: MessagePort): PreparedTransfer {
  if (isDetached(port)) throw uncloneable("A port that was closed or transferred before");
  const moved = createPort();
  return { moved, commit: () => move(port, moved) };
}

/** Messages are delivered in a turn of their own, all that are there by then, each followed by its microtasks. */
function schedule(end: Endpoint): void {
  if (!end.started || end.scheduled || end.queue.length === 0) return;
  end.scheduled = true;
  startTimer(0, { fire: () => deliver(end), counted: () => true });
}

function deliver(end: Endpoint): void {
  const message = end.started ? end.queue.shift() : undefined;
  if (message === undefined) {
    end.scheduled = false;
    return;
  }
  fire(end.port, new MessageEvent("message", message));
  void inMicrotask(() => void inMicrotask(() => deliver(end)));
}

function transferList(options: unknown): unknown[] {
  if (options === undefined || options === null) return [];
  if (typeof options !== "object") throw new IntrinsicTypeError("postMessage: the transfer list must be a sequence");
  if (Symbol.iterator in options) return [...(options as Iterable<unknown>)];
  return [...((options as { transfer?: Iterable<unknown> }).transfer ?? [])];
}
