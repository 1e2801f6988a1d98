/**
 * What a Sluice function can import and what its handler is given.
 *
 * Add it to a project's tsconfig.json: `"types": ["@sluice/runtime/types"]`, with `"lib": ["es2024", "dom"]` for the web
 * standards (fetch, URL, crypto, …) that a function has as globals.
 */
declare module "sluice" {
  export interface KvPutOptions {
    /** Seconds until the key is gone; without it the key stays. */
    readonly ttlSeconds?: number;
  }

  export interface KvListOptions {
    /** Only keys that begin with it. */
    readonly prefix?: string;
    /** Keys on one page, 1 to 1,000. */
    readonly limit?: number;
    /** The `cursor` of the page before. */
    readonly cursor?: string | null;
  }

  export interface KvPage {
    readonly keys: string[];
    /** Hand it to the next `list`; null on the last page. */
    readonly cursor: string | null;
  }

  /**
   * The key-value store of your tenant, shared by all of its functions. Keys are 1 to 512 bytes, values up to 1 MiB of
   * text. Arguments that do not fit are refused with a TypeError; a failure of the platform rejects with an Error whose
   * `code` says which.
   */
  export const kv: {
    /** The value, or null when the key is not there (any more). */
    get(key: string): Promise<string | null>;
    put(key: string, value: string, options?: KvPutOptions): Promise<void>;
    /** Answers whether the key was there. */
    delete(key: string): Promise<boolean>;
    list(options?: KvListOptions): Promise<KvPage>;
  };

  /** Lambda's context object. */
  export interface Context {
    callbackWaitsForEmptyEventLoop: boolean;
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
    /** The same for every attempt of one invocation. */
    readonly awsRequestId: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
    readonly identity: undefined;
    /** What the caller sent as X-Amz-Client-Context. */
    readonly clientContext: unknown;
    /** Aborts when the caller of a function URL goes away; the invocation goes on. */
    readonly signal: AbortSignal;
    /** Milliseconds until the function is stopped. */
    getRemainingTimeInMillis(): number;
    done(error?: unknown, result?: unknown): void;
    succeed(result?: unknown): void;
    fail(error?: unknown): void;
  }

  export type Callback<Result = unknown> = (error?: Error | string | null, result?: Result) => void;

  /** The result is written as JSON, up to 6 MiB; nothing becomes `null`. */
  export type Handler<Event = unknown, Result = unknown> = (event: Event, context: Context) => Promise<Result> | Result;

  /** A handler with three parameters answers through the third. */
  export type CallbackHandler<Event = unknown, Result = unknown> = (
    event: Event,
    context: Context,
    callback: Callback<Result>,
  ) => void | Promise<Result>;
}
