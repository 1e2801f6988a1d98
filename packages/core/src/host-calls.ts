import { CRYPTO_LIMITS } from "./crypto-call.ts";
import type { Runtime } from "./function.ts";

/**
 * Everything a guest can ask of its host, in one table. The guest prelude (`packages/runtime`) sends by number, the
 * cell (`packages/sandbox`) checks size and quota and answers what it can itself, and forwards `place: "parent"` calls
 * to the worker's broker. Adding a capability means one line here, one guest wrapper and one host function.
 *
 * - `notify`: fire and forget, guest → cell
 * - `sync`: the guest waits; answered by the cell at once, from memory, never by I/O
 * - `async`: the guest gets a promise; answered later through dispatch kind `reply` or `fail`
 */
export interface HostCallEntry {
  readonly op: number;
  readonly mode: "notify" | "sync" | "async";
  readonly place: "cell" | "parent";
  /** Text and bytes together. */
  readonly maxArgBytes: number;
}

const MIB = 1024 * 1024;
const notify = (op: number, maxArgBytes: number): HostCallEntry => ({ op, mode: "notify", place: "cell", maxArgBytes });
const sync = (op: number, maxArgBytes: number): HostCallEntry => ({ op, mode: "sync", place: "cell", maxArgBytes });
const remote = (op: number, maxArgBytes: number): HostCallEntry => ({
  op,
  mode: "async",
  place: "parent",
  maxArgBytes,
});

export const HOST_CALLS = {
  /** id = sequence number of the invocation; text = result JSON. */
  "invocation.succeed": notify(1, 7 * MIB),
  /** id = sequence number of the invocation; text = FunctionError JSON. */
  "invocation.fail": notify(2, 64 * 1024),
  /** id = 0; text empty when the user's module is loaded, else FunctionError JSON. */
  "init.done": notify(3, 64 * 1024),
  /** id = sequence number of the running invocation, 0 outside one; text = LEVEL + " " + message. */
  "log.write": notify(4, 64 * 1024),
  /** id = timer; text = delay in milliseconds. */
  "timer.start": notify(5, 32),
  /** id = timer. */
  "timer.clear": notify(6, 32),
  /** text = numbers of parts of the guest runtime, joined by commas → text = their source. */
  "runtime.parts": sync(9, 1024),
  /** text = number of bytes (≤ 65,536) → bytes. */
  "crypto.random": sync(10, 32),
  /** text = CryptoRequest JSON with `parts`, bytes = the parts → bytes, or a CryptoRefusal as text. */
  "crypto.compute": sync(11, CRYPTO_LIMITS.computeBytesMax + 64 * 1024),
  /** → ProcessUsage JSON as bytes: what was last measured, which asking has measured anew. */
  "process.usage": sync(13, 0),
  /** text = CryptoTask JSON with `parts`, bytes = the parts → bytes; `code` of a failure = CryptoRefusal. */
  "crypto.task": { op: 12, mode: "async", place: "cell", maxArgBytes: CRYPTO_LIMITS.taskBytesMax },
  /** text = HttpRequestHead JSON, bytes = a small body → text = HttpResponseHead JSON, bytes = what is there of the body. */
  "http.open": remote(20, 5 * MIB),
  /** text = exchange → text = "more" or "end", bytes = the next chunk of the response. */
  "http.read": remote(21, 32),
  /** text = exchange, bytes = the next chunk of the request → text = "" when there is room for another. */
  "http.write": remote(22, MIB),
  /** text = exchange: the request is complete. */
  "http.end": remote(23, 32),
  /** text = exchange: nobody wants it any more. */
  "http.cancel": remote(24, 32),
  /** text = JSON { key } → text = JSON { value: string | null }. */
  "kv.get": remote(30, 4 * 1024),
  /** text = JSON { key, value, ttlSeconds? } → text = "". */
  "kv.put": remote(31, 2 * MIB),
  /** text = JSON { key } → text = JSON { deleted: boolean }. */
  "kv.delete": remote(32, 4 * 1024),
  /** text = JSON { prefix, limit?, cursor? } → text = JSON { keys: string[], cursor: string | null }. */
  "kv.list": remote(33, 4 * 1024),
  /** text = SocketOpenHead JSON → text = SocketReport JSON. */
  "net.open": remote(40, 256 * 1024),
  /** text = TlsUpgradeHead JSON → text = SocketReport JSON. */
  "net.tls": remote(41, 256 * 1024),
  /** text = socket → text = "more" or "end", bytes = what came; "moved" when the socket speaks TLS from now on. */
  "net.read": remote(42, 32),
  /** text = socket, bytes = data → text = "" when there is room for more. */
  "net.write": remote(43, MIB),
  /** text = socket: nothing more will be written. */
  "net.end": remote(44, 32),
  /** text = socket: gone at once. */
  "net.close": remote(45, 32),
  /** text = SocketOptionsHead JSON. */
  "net.configure": remote(46, 1024),
  /** text = DnsQuestion JSON → text = DnsAnswer JSON. */
  "dns.resolve": remote(50, 2 * 1024),
  /** text = WebSocketOpenHead JSON → text = WebSocketReport JSON. */
  "ws.open": remote(60, 64 * 1024),
  /** text = web socket → text = WebSocketMessage JSON, bytes = its data. */
  "ws.read": remote(61, 32),
  /** text = web socket + " text" or " binary", bytes = data → text = "" when there is room for more. */
  "ws.send": remote(62, 17 * MIB),
  /** text = WebSocketCloseHead JSON. */
  "ws.close": remote(63, 1024),
  /**
   * text = StreamHead JSON or empty, bytes = a piece of the streamed response → text = "", once it was taken. Pieces are
   * taken in their order.
   */
  "response.write": remote(70, 256 * 1024),
} as const satisfies Record<string, HostCallEntry>;

export type HostCallName = keyof typeof HOST_CALLS;

/** First argument of the guest's `dispatch`. */
export const DISPATCH = {
  /**
   * a = factory function `(exports, require, module) => void`, or for the runtime `wasi` an ArrayBuffer with the
   * program; b = GuestSettings JSON. Answered by `init.done`.
   */
  load: 1,
  /**
   * id = sequence number, a = event JSON, b = GuestContext JSON; further invocations follow in the same call, three
   * arguments each. Each is answered by `invocation.succeed` or `.fail`.
   */
  invoke: 2,
  /** id = host call, a = text, b = ArrayBuffer or undefined; further replies follow as invocations do. */
  reply: 3,
  /** id = host call, a = HostCallFailure JSON. */
  fail: 4,
  /** id = timer. */
  timer: 5,
  /** id = sequence number of an invocation that runs or waits here: its caller went away. */
  abandon: 6,
} as const;

/** What a function's prelude is told once, before user code runs. */
export interface GuestSettings {
  readonly runtime: Runtime;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly functionName: string;
  /** `$LATEST`, or "1", "2", … */
  readonly functionVersion: string;
  /** Without a qualifier. */
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly region: string;
  /** What an upload said of itself: `nodejs22.x`, `src/index.handler`. */
  readonly upload?: { readonly runtime: string; readonly handler: string };
  /** Made before anybody asked for it. */
  readonly provisioned?: true;
}

/** What a caller said beside the event; absent where nothing was said, so that most calls carry nothing. */
export interface CallerContext {
  /** Version or alias, when the caller named one: the end of `invokedFunctionArn`. */
  readonly qualifier?: string;
  /** JSON text. */
  readonly clientContext?: string;
}

/** What changes with every invocation. */
export interface GuestContext extends CallerContext {
  readonly awsRequestId: string;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** The caller went away before it began. */
  readonly abandoned?: true;
}

/** Of one isolate, in bytes; what the cell uses besides is not a guest's to know. */
export interface ProcessUsage {
  readonly heapTotal: number;
  readonly heapUsed: number;
  /** Outside the heap: contents of buffers. */
  readonly external: number;
  /** Processor time in whole milliseconds: finer would be a clock. */
  readonly cpuMs: number;
}

/** Becomes an Error in the guest: `name` is its class (TypeError, DOMException names …), `code` is stable. */
export interface HostCallFailure {
  readonly name: string;
  readonly message: string;
  readonly code: string;
}
