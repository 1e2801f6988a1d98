import { connect, type Socket } from "node:net";
import {
  DIRECT_LANE,
  DIRECT_LANE_FRAME_BYTES_MAX,
  type Frame,
  FrameReader,
  FrameWriter,
  type RefuseHead,
  type ResultHead,
  SlotTable,
  StreamEnded,
  type TakeChunk,
  type WorkerLease,
  type WorkerStatus,
} from "@sluice/core";

export type LinkReply =
  | { readonly kind: "result"; readonly head: ResultHead; readonly payload: Buffer }
  /** The worker says that the call never started. */
  | { readonly kind: "refused"; readonly head: RefuseHead }
  /** The connection ended: the call may have run. */
  | { readonly kind: "lost" };

interface PendingCall {
  readonly invocationId: string;
  readonly resolve: (reply: LinkReply) => void;
  readonly take: TakeChunk | undefined;
}

const RECONNECT_MS = 200;
const CALLER_GONE = new StreamEnded("Response.CallerGone");

/** One gateway's connection to one worker, shared by all calls. */
export class WorkerLink {
  readonly id: string;
  readonly address: string;
  readonly token: string;
  readonly #pending = new SlotTable<PendingCall>();
  #socket: Socket | undefined;
  #writer: FrameWriter | undefined;
  #status: WorkerStatus | undefined;
  #warm: ReadonlySet<string> = new Set();
  #provisioned: ReadonlyMap<string, number> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(lease: Pick<WorkerLease, "id" | "address" | "token">) {
    this.id = lease.id;
    this.address = lease.address;
    this.token = lease.token;
    this.#connect();
  }

  /** Ready for calls: greeted, and not going away. */
  get open(): boolean {
    return this.#status !== undefined && !this.#status.draining;
  }

  get capacity(): number {
    return this.#status?.capacity ?? 0;
  }

  /** Our own calls, or what the worker last said when other gateways and the queue give it more. */
  get load(): number {
    return Math.max(this.#pending.size, this.#status?.inFlight ?? 0);
  }

  get provisioned(): ReadonlyMap<string, number> | undefined {
    return this.#provisioned;
  }

  isWarm(functionKey: string): boolean {
    return this.#warm.has(functionKey);
  }

  /**
   * @param head CallHead JSON
   * @param take what is streamed before the reply, if `head` asks for that
   */
  call(invocationId: string, head: string, event: Uint8Array | string, take?: TakeChunk): Promise<LinkReply> {
    const writer = this.#writer;
    if (writer === undefined)
      return Promise.resolve({ kind: "refused", head: { code: "Service.Draining", message: "" } });
    return new Promise((resolve) => {
      writer.send(DIRECT_LANE.call, this.#pending.add({ invocationId, resolve, take }), head, event);
    });
  }

  /** Tells the worker that a caller went away. @returns false when there is no such call here */
  abandon(invocationId: string): boolean {
    for (const [id, call] of this.#pending.entries()) {
      if (call.invocationId !== invocationId) continue;
      this.#writer?.send(DIRECT_LANE.cancel, id, invocationId);
      return true;
    }
    return false;
  }

  /** No new calls; the connection closes when the open ones are answered. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    if (this.#pending.size === 0) this.#socket?.destroy();
  }

  #connect(): void {
    const socket = openSocket(this.address);
    const reader = new FrameReader(DIRECT_LANE_FRAME_BYTES_MAX);
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.once("connect", () => {
      const writer = new FrameWriter({
        write: (bytes) => socket.write(bytes),
        schedule: (flush) => this.#scheduleFlush(flush),
      });
      writer.send(DIRECT_LANE.hello, 0, this.token);
      this.#writer = writer;
    });
    socket.on("data", (chunk) => {
      try {
        reader.push(chunk, (frame) => this.#receive(frame));
      } catch {
        socket.destroy();
      }
    });
    // `close` follows every error and says all there is to say.
    socket.on("error", () => undefined);
    socket.once("close", () => this.#closed());
  }

  /** Calls come one from each socket; with several under way, the next one is likely to come in the same turn. */
  #scheduleFlush(flush: () => void): void {
    if (this.#pending.size <= 1) process.nextTick(flush);
    else setImmediate(flush);
  }

  #receive(frame: Frame): void {
    if (frame.type === DIRECT_LANE.status) {
      const status = JSON.parse(frame.head) as WorkerStatus;
      this.#status = status;
      this.#warm = new Set(status.warm);
      const provisioned = new Map(Object.entries(status.provisioned ?? {}));
      this.#provisioned = provisioned.size > 0 ? provisioned : undefined;
      return;
    }
    if (frame.type === DIRECT_LANE.chunk) return this.#take(frame);
    const call = this.#pending.take(frame.id);
    if (frame.type === DIRECT_LANE.result) {
      call?.resolve({ kind: "result", head: JSON.parse(frame.head) as ResultHead, payload: frame.body });
    } else if (frame.type === DIRECT_LANE.refuse) {
      call?.resolve({ kind: "refused", head: JSON.parse(frame.head) as RefuseHead });
    }
    if (this.#stopped && this.#pending.size === 0) this.#socket?.destroy();
  }

  #take({ id, head, body }: Frame): void {
    const answer = (word: string): void => this.#writer?.send(DIRECT_LANE.taken, id, word);
    const take = this.#pending.get(id)?.take;
    if (take === undefined) return answer(CALLER_GONE.code);
    take(head, body).then(
      () => answer(""),
      (error: unknown) => answer((error instanceof StreamEnded ? error : CALLER_GONE).code),
    );
  }

  #closed(): void {
    this.#writer = undefined;
    this.#status = undefined;
    for (const { resolve } of this.#pending.takeAll()) resolve({ kind: "lost" });
    if (!this.#stopped) this.#timer = setTimeout(() => this.#connect(), RECONNECT_MS);
  }
}

/** `unix:/path` or `tcp:host:port`, as a worker's lease says. */
function openSocket(address: string): Socket {
  if (address.startsWith("unix:")) return connect({ path: address.slice(5) });
  const colon = address.lastIndexOf(":");
  const host = address.slice(4, colon).replace(/^\[|\]$/g, "");
  return connect({ host, port: Number(address.slice(colon + 1)) });
}
