/** What is set for a function URL, beside who may call it. */
export interface FunctionUrl {
  /** Null: the function answers browsers of other origins itself. */
  readonly cors: CorsRule | null;
  readonly invokeMode: InvokeMode;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** `buffered`: the answer goes out as a whole, whatever the handler does; `stream`: as the handler makes it. */
export type InvokeMode = "buffered" | "stream";

/** Which pages of other origins may call a URL, and how (the Fetch standard's CORS). */
export interface CorsRule {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  /** Origins as browsers write them, or `*`. */
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAgeSeconds?: number;
}
