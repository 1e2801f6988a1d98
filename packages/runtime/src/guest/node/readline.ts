import { abortError } from "./node-error.ts";
import { events } from "./events/events.ts";
import type { NodeReadable, NodeWritable } from "./stream/node-streams.ts";

interface InterfaceOptions {
  readonly input: NodeReadable;
  readonly output?: NodeWritable;
  readonly prompt?: string;
  readonly signal?: AbortSignal;
}

/** Lines of a stream: as much of Node's readline as has a meaning without a terminal. */
export class Interface extends events {
  readonly input: NodeReadable;
  readonly output: NodeWritable | undefined;
  readonly terminal = false;
  line = "";
  closed = false;
  #prompt: string;
  #decoder = new TextDecoder();
  #endsWithReturn = false;

  constructor(options: InterfaceOptions) {
    super();
    this.input = options.input;
    this.output = options.output;
    this.#prompt = options.prompt ?? "> ";
    this.input.on("data", (chunk: unknown) =>
      this.#feed(typeof chunk === "string" ? chunk : this.#decoder.decode(chunk as Uint8Array, { stream: true })),
    );
    this.input.on("end", () => {
      if (this.line !== "") this.#emitLine(this.line);
      this.close();
    });
    options.signal?.addEventListener("abort", () => this.close(), { once: true });
    if (options.signal?.aborted === true) queueMicrotask(() => this.close());
    this.input.resume();
  }

  #feed(text: string): void {
    const fresh = this.#endsWithReturn && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#endsWithReturn = text.endsWith("\r");
    const lines = (this.line + fresh).split(/\r\n|\n|\r|\u2028|\u2029/);
    this.line = lines.pop() ?? "";
    for (const line of lines) this.#emitLine(line);
  }

  #emitLine(line: string): void {
    if (!this.closed) this.emit("line", line);
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt;
  }

  getPrompt(): string {
    return this.#prompt;
  }

  prompt(): void {
    this.output?.write(this.#prompt);
  }

  question(query: string, options: unknown, callback?: unknown): unknown {
    this.output?.write(query);
    const answered = typeof options === "function" ? options : callback;
    return void this.once("line", answered as (...args: unknown[]) => unknown);
  }

  pause(): this {
    this.input.pause();
    this.emit("pause");
    return this;
  }

  resume(): this {
    this.input.resume();
    this.emit("resume");
    return this;
  }

  write(text: string): void {
    this.#feed(text);
  }

  close(): void {
    if (this.closed) return;
    this.pause();
    this.closed = true;
    this.emit("close");
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    const lines = events.on(this, "line", { close: ["close"] });
    const iterator: AsyncIterableIterator<string> = {
      next: async () => {
        const { done, value } = await lines.next();
        return done === true
          ? { done: true, value: undefined }
          : { done: false, value: (value as string[])[0] as string };
      },
      return: async () => {
        this.close();
        await lines.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

class PromiseInterface extends Interface {
  override question(query: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener("abort", () => reject(abortError(options.signal?.reason)), { once: true });
      super.question(query, resolve);
    });
  }
}

const nothing = (): boolean => true;
const cursor = { clearLine: nothing, clearScreenDown: nothing, cursorTo: nothing, moveCursor: nothing };
const first = (options: InterfaceOptions | NodeReadable): InterfaceOptions =>
  "input" in options ? options : { input: options };

/** `node:readline/promises`. */
export const readlinePromises = {
  Interface: PromiseInterface,
  createInterface: (options: InterfaceOptions | NodeReadable): Interface => new PromiseInterface(first(options)),
};

/** `node:readline`. */
export const readline = {
  Interface,
  createInterface: (options: InterfaceOptions | NodeReadable): Interface => new Interface(first(options)),
  emitKeypressEvents: (): void => undefined,
  ...cursor,
  promises: readlinePromises,
};
