/** What goes with a piece of a streamed response. */
export interface StreamHead {
  /** With the first piece at most: status, headers and cookies of an HTTP answer (Lambda's HttpResponseStream). */
  readonly response?: ResponseDescription;
  /** The response is complete, though the invocation may go on (`ctx.waitUntil`). */
  readonly end?: true;
}

export interface ResponseDescription {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly cookies?: readonly string[];
}

/**
 * Takes the pieces of a streamed response, one after the other: resolves when this one was taken. Rejects with a
 * StreamEnded when nobody wants more.
 *
 * @param head StreamHead JSON, or empty
 */
export type TakeChunk = (head: string, bytes: Uint8Array) => Promise<void>;

const MESSAGES = {
  "Response.CallerGone": "the caller went away and takes no more of it",
  "Response.Ended": "it is complete already",
  "Response.Invalid": "its status, headers or cookies are not valid",
  "Response.TooLarge": "it is too large",
} as const;

export type StreamEndCode = keyof typeof MESSAGES;

export function toStreamEndCode(word: string): StreamEndCode {
  return Object.hasOwn(MESSAGES, word) ? (word as StreamEndCode) : "Response.CallerGone";
}

/** Why no more of a response is taken; `code` is stable, the message is for the author of the function. */
export class StreamEnded extends Error {
  override readonly name = "StreamEnded";
  readonly code: StreamEndCode;

  constructor(code: StreamEndCode, message: string = MESSAGES[code]) {
    super(message);
    this.code = code;
  }
}
