/**
 * Frames on the sockets between our processes: gateway to worker and worker to cell.
 *
 *   u32 length of what follows | u8 type | u32 id | u32 length of head | head (UTF-8) | body (bytes)
 *
 * Big-endian. The head is small and structured (JSON); the body is opaque and never parsed on the way. A reader is
 * bounded: a frame over its limit, or one whose lengths contradict each other, is a protocol fault, after which the
 * connection is useless and must be closed.
 */
export interface Frame {
  readonly type: number;
  readonly id: number;
  readonly head: string;
  readonly body: Buffer;
}

const PREFIX = 4;
const FIXED = 9;
const NO_BODY = Buffer.alloc(0);

export class FrameError extends Error {
  override readonly name = "FrameError";
}

export function encodeFrame(type: number, id: number, head: string, body: Uint8Array | string = NO_BODY): Buffer {
  const headBytes = Buffer.byteLength(head);
  const bodyBytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const out = Buffer.allocUnsafe(PREFIX + FIXED + headBytes + bodyBytes);
  out.writeUInt32BE(FIXED + headBytes + bodyBytes, 0);
  out[4] = type;
  out.writeUInt32BE(id, 5);
  out.writeUInt32BE(headBytes, 9);
  if (headBytes > 0) out.write(head, 13);
  if (typeof body === "string") out.write(body, 13 + headBytes);
  else out.set(body, 13 + headBytes);
  return out;
}

/** Cuts a byte stream into frames. */
export class FrameReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes that must be there before cutting can go on; saves joining chunks of a large frame again and again. */
  #needed = PREFIX;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws FrameError when the stream is not a sequence of frames within the limit */
  push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return;
    const data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#buffered);
    const rest = this.#cut(data, onFrame);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#buffered = rest.length;
  }

  #cut(data: Buffer, onFrame: (frame: Frame) => void): Buffer {
    let at = 0;
    this.#needed = PREFIX;
    while (data.length - at >= PREFIX) {
      const length = data.readUInt32BE(at);
      if (length < FIXED || length > this.#maxBytes) throw new FrameError(`frame of ${length} bytes`);
      if (data.length - at < PREFIX + length) {
        this.#needed = PREFIX + length;
        break;
      }
      onFrame(readFrame(data, at + PREFIX, length));
      at += PREFIX + length;
    }
    return data.subarray(at);
  }
}

function readFrame(data: Buffer, start: number, length: number): Frame {
  const headBytes = data.readUInt32BE(start + 5);
  if (FIXED + headBytes > length) throw new FrameError(`head of ${headBytes} bytes in a frame of ${length}`);
  const bodyStart = start + FIXED + headBytes;
  return {
    type: data[start] ?? 0,
    id: data.readUInt32BE(start + 1),
    head: data.toString("utf8", start + FIXED, bodyStart),
    body: data.subarray(bodyStart, start + length),
  };
}

/** A receiver on another core can begin on this many frames while the sender makes more. */
const BURST = 16;

/**
 * Joins the frames of one turn of the event loop into one write: a system call costs more than the frame itself.
 * `schedule` runs a function soon: after the present callback where many frames come of one read (`process.nextTick`),
 * after the present turn where they come of many (`setImmediate`). `write` hands bytes to the socket.
 */
export class FrameWriter {
  readonly #write: (bytes: Buffer) => void;
  readonly #schedule: (flush: () => void) => void;
  #pending: Buffer[] = [];

  constructor(options: { readonly write: (bytes: Buffer) => void; readonly schedule: (flush: () => void) => void }) {
    this.#write = options.write;
    this.#schedule = options.schedule;
  }

  send(type: number, id: number, head: string, body?: Uint8Array | string): void {
    this.#pending.push(encodeFrame(type, id, head, body));
    if (this.#pending.length >= BURST) this.flush();
    else if (this.#pending.length === 1) this.#schedule(() => this.flush());
  }

  flush(): void {
    const [first, ...more] = this.#pending;
    if (first === undefined) return;
    this.#pending = [];
    this.#write(more.length === 0 ? first : Buffer.concat([first, ...more]));
  }
}
