import { type Frame, FrameError, HOST_CALLS, StreamEnded, type TakeChunk } from "@sluice/core";
import { TO_CELL } from "../cell-protocol.ts";
import { readHostCallHead } from "./cell-words.ts";
import type { Broker, BrokerCall, BrokerReply, VersionSpec } from "./run.ts";

const RESPONSE_WRITE: number = HOST_CALLS["response.write"].op;
const TAKEN: BrokerReply = { ok: true, text: "" };

export interface CellHostCallsOptions {
  readonly broker: Broker;
  readonly send: (type: number, id: number, head: string, body?: Uint8Array) => void;
  readonly version: (definition: number) => VersionSpec | undefined;
  /** Empty when the call has ended meanwhile. */
  readonly invocationId: (call: number) => string;
  readonly signal: (call: number) => AbortSignal;
  readonly environment: (id: number) => AbortSignal;
  /** Takes pieces of the call's response; undefined when the call has ended, or nobody takes any. */
  readonly take: (call: number) => TakeChunk | undefined;
  /** Open at once. */
  readonly limit: number;
}

/** Host calls of one cell that the broker has in hand: no more of them, and no longer, than the cell may have. */
export class CellHostCalls {
  readonly #options: CellHostCallsOptions;
  #open = 0;
  #closed = false;

  constructor(options: CellHostCallsOptions) {
    this.#options = options;
  }

  /** @throws FrameError when no honest cell would have sent this */
  receive(frame: Frame): void {
    const { broker, version: versionOf, limit } = this.#options;
    const { op, definition, environment, call, textBytes } = readHostCallHead(frame.head);
    const version = versionOf(definition);
    if (version === undefined) throw new FrameError("a host call for no function of this cell");
    if (textBytes > frame.body.length) throw new FrameError("a host call shorter than its text");
    if (this.#open >= limit) throw new FrameError("more host calls than a cell makes");
    this.#open += 1;
    const text = frame.body.toString("utf8", 0, textBytes);
    const bytes = Buffer.from(frame.body.subarray(textBytes));
    const answer =
      op === RESPONSE_WRITE
        ? takePiece(this.#options.take(call), text, bytes)
        : broker({ version, op, text, bytes, ...this.#callerOf(call, environment) });
    void answer.then((reply) => {
      this.#open -= 1;
      if (this.#closed) return;
      if (reply.ok) return this.#options.send(TO_CELL.reply, frame.id, reply.text, reply.bytes);
      const { name, message, code } = reply;
      this.#options.send(TO_CELL.fail, frame.id, JSON.stringify({ name, message, code }));
    });
  }

  #callerOf(call: number, environment: number): Pick<BrokerCall, "invocationId" | "signal" | "environment"> {
    const { invocationId, signal, environment: lifeOf } = this.#options;
    const life = lifeOf(environment);
    // While a module loads there is no call yet: what it asks for may go on for as long as its isolate lives.
    return { invocationId: invocationId(call), signal: call === 0 ? life : signal(call), environment: life };
  }

  /** The cell is gone: what is answered now goes nowhere. */
  close(): void {
    this.#closed = true;
  }
}

async function takePiece(take: TakeChunk | undefined, head: string, bytes: Uint8Array): Promise<BrokerReply> {
  try {
    if (take === undefined) throw new StreamEnded("Response.Ended", "nobody takes this response");
    await take(head, bytes);
    return TAKEN;
  } catch (error) {
    const { code, message } =
      error instanceof StreamEnded ? error : new StreamEnded("Response.Ended", "it was not taken");
    return { ok: false, name: "Error", message: `The response cannot be written: ${message}`, code };
  }
}
