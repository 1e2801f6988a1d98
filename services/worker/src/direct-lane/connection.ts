import { timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import {
  type CallHead,
  DIRECT_LANE,
  DIRECT_LANE_FRAME_BYTES_MAX,
  formatLogRecord,
  type Frame,
  FrameReader,
  FrameWriter,
  PlatformError,
  type RefuseHead,
  type ResultHead,
  StreamEnded,
  type TakeChunk,
  toStreamEndCode,
  type WorkerStatus,
} from "@sluice/core";
import type { Execution, Executor } from "../executor.ts";

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly token: string;
  readonly executor: Executor;
  readonly status: () => WorkerStatus;
  /** Runs that this connection waits for began or ended. */
  readonly onRun: (change: 1 | -1) => void;
}

/** One gateway's connection. Until it has said the token, it is a stranger. */
export class DirectLaneConnection {
  readonly #options: ConnectionOptions;
  readonly #writer: FrameWriter;
  /** Pieces of streamed responses that the gateway has not answered, by call, in order. */
  readonly #untaken = new Map<number, ((fault: StreamEnded | undefined) => void)[]>();
  #trusted = false;

  constructor(options: ConnectionOptions) {
    const { socket } = options;
    this.#options = options;
    this.#writer = new FrameWriter({ write: (bytes) => socket.write(bytes), schedule: process.nextTick });
    const reader = new FrameReader(DIRECT_LANE_FRAME_BYTES_MAX);
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      try {
        reader.push(chunk, (frame) => this.#receive(frame));
      } catch {
        socket.destroy();
      }
    });
    // A gateway that went away is no fault; its runs end without anybody waiting.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#forgetChunks());
  }

  sendStatus(): void {
    if (this.#trusted) this.#writer.send(DIRECT_LANE.status, 0, JSON.stringify(this.#options.status()));
  }

  #receive(frame: Frame): void {
    if (!this.#trusted) return this.#greet(frame);
    if (frame.type === DIRECT_LANE.call) return void this.#call(frame);
    if (frame.type === DIRECT_LANE.taken) return this.#taken(frame);
    if (frame.type === DIRECT_LANE.cancel) return this.#options.executor.abandon(frame.head);
    this.#options.socket.destroy();
  }

  #greet(frame: Frame): void {
    const said = Buffer.from(frame.head);
    const expected = Buffer.from(this.#options.token);
    const knows =
      frame.type === DIRECT_LANE.hello && said.length === expected.length && timingSafeEqual(said, expected);
    if (!knows) return void this.#options.socket.destroy();
    this.#trusted = true;
    this.sendStatus();
  }

  async #call(frame: Frame): Promise<void> {
    const { status, executor, onRun } = this.#options;
    if (status().draining) return this.#refuse(frame.id, new PlatformError("Service.Draining"));
    const { logs, streams, clientContext, ...invocation } = JSON.parse(frame.head) as CallHead;
    onRun(1);
    const execution = await executor.execute({
      invocation,
      event: frame.body,
      lane: "direct",
      attempt: 1,
      queueWaitMs: null,
      redelivered: false,
      clientContext,
      ...(streams === true ? { take: this.#takerOf(frame.id) } : {}),
    });
    onRun(-1);
    this.#untaken.delete(frame.id);
    if (execution.kind === "refused") this.#refuse(frame.id, execution.error);
    else this.#answer(frame.id, execution, logs === true);
  }

  /** Sends pieces to the gateway; each is taken when the gateway says so. */
  #takerOf(id: number): TakeChunk {
    return (head, bytes) => {
      if (this.#options.socket.destroyed) return Promise.reject(new StreamEnded("Response.CallerGone"));
      return new Promise((resolve, reject) => {
        const waiting = this.#untaken.get(id) ?? [];
        this.#untaken.set(id, waiting);
        waiting.push((fault) => (fault === undefined ? resolve() : reject(fault)));
        this.#writer.send(DIRECT_LANE.chunk, id, head, bytes);
      });
    };
  }

  #taken({ id, head }: Frame): void {
    const settle = this.#untaken.get(id)?.shift();
    settle?.(head === "" ? undefined : new StreamEnded(toStreamEndCode(head)));
  }

  #forgetChunks(): void {
    const all = [...this.#untaken.values()].flat();
    this.#untaken.clear();
    for (const settle of all) settle(new StreamEnded("Response.CallerGone"));
  }

  #answer(id: number, execution: Extract<Execution, { kind: "ran" }>, logs: boolean): void {
    const head: ResultHead = {
      version: execution.version.version,
      ...(execution.error === null ? {} : { error: execution.error }),
      ...(logs ? { logs: formatLogRecord(execution.record) } : {}),
    };
    this.#writer.send(DIRECT_LANE.result, id, JSON.stringify(head), execution.payload);
  }

  #refuse(id: number, error: PlatformError): void {
    const head: RefuseHead = { code: error.code, message: error.message };
    this.#writer.send(DIRECT_LANE.refuse, id, JSON.stringify(head));
  }
}
