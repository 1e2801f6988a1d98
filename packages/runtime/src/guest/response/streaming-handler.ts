import type { ResponseDescription } from "@sluice/core";
import type { Writable } from "node:stream";
import { describeError } from "../lambda/function-error.ts";
import type { Invocation } from "../lambda/invocation.ts";
import { STREAMING } from "../lambda/load.ts";
import { failInvocation, succeedInvocation } from "../lambda/outcome.ts";
import { loadStream } from "../lazy.ts";
import { requireBytes } from "../web/bytes.ts";
import { ResponseWriter } from "./response-writer.ts";

export type StreamingHandler = (event: unknown, responseStream: Writable, context: unknown) => unknown;

/** The global `awslambda`, as far as Lambda documents it. */
export const awslambda = {
  /** Marks a handler `(event, responseStream, context)` whose response is what it writes. */
  streamifyResponse<H extends object>(handler: H): H {
    if (typeof handler !== "function") throw new TypeError("streamifyResponse takes a function");
    Object.defineProperty(handler, STREAMING, { value: "response", configurable: true });
    return handler;
  },
  HttpResponseStream: {
    /** Gives the response a status, headers and cookies; before the first write. Answers the same stream. */
    from(stream: Writable, description: ResponseDescription): Writable {
      const writer = writers.get(stream);
      if (writer === undefined) throw new TypeError("HttpResponseStream.from takes the handler's response stream");
      writer.describe({ ...description });
      return stream;
    },
  },
};

const writers = new WeakMap<Writable, ResponseWriter>();

/** Runs a handler whose response is what it writes; the invocation ends when it has returned and the stream is done. */
export async function runStreaming(
  handler: StreamingHandler,
  invocation: Invocation,
  event: unknown,
  context: unknown,
): Promise<void> {
  try {
    const stream = openStream();
    const done = whenDone(stream);
    await Promise.race([handler(event, stream, context), done.failed]);
    await done.finished;
    succeedInvocation(invocation, undefined);
  } catch (error) {
    // Nobody is left to be told, and the function did nothing wrong.
    if ((error as { code?: unknown } | null)?.code === "Response.CallerGone") succeedInvocation(invocation, undefined);
    else failInvocation(invocation, describeError(error));
  }
}

/** `failed` rejects with the stream's error, and never resolves: a handler that waits for the stream would wait for ever. */
function whenDone(stream: Writable): { readonly finished: Promise<void>; readonly failed: Promise<never> } {
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  stream.once("finish", () => resolve());
  stream.once("error", (error) => {
    reject(error);
    failed.reject(error);
  });
  stream.once("close", () => reject(new Error("The response stream was destroyed before it was ended")));
  for (const promise of [finished, failed.promise]) promise.catch(() => undefined);
  return { finished, failed: failed.promise };
}

function openStream(): Writable {
  const { Writable: NodeWritable } = loadStream().stream as unknown as { readonly Writable: typeof Writable };
  const writer = new ResponseWriter();
  const stream = new NodeWritable({
    write(chunk, _encoding, callback) {
      writer.write(requireBytes("A chunk of the response", chunk)).then(() => callback(), callback);
    },
    final(callback) {
      writer.end(false).then(() => callback(), callback);
    },
  });
  writers.set(stream, writer);
  const setContentType = (type: unknown): void => {
    const { headers = {}, ...rest } = writer.description ?? {};
    writer.describe({ ...rest, headers: { ...headers, "content-type": String(type) } });
  };
  return Object.assign(stream, { setContentType });
}
