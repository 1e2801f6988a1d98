/** As much of Node's streams as this runtime itself uses. */
interface NodeStream {
  readonly destroyed: boolean;
  destroy(error?: unknown): this;
  on(event: string, listener: (...args: never[]) => unknown): this;
  once(event: string, listener: (...args: never[]) => unknown): this;
  off(event: string, listener: (...args: never[]) => unknown): this;
  emit(event: string, ...args: unknown[]): boolean;
}

export interface NodeReadable extends NodeStream, AsyncIterable<unknown> {
  readonly readableEnded: boolean;
  readonly readableObjectMode: boolean;
  readonly readableHighWaterMark: number;
  push(chunk: unknown): boolean;
  pause(): this;
  resume(): this;
  read(size?: number): unknown;
}

export interface NodeWritable extends NodeStream {
  readonly writableFinished: boolean;
  readonly writableObjectMode: boolean;
  readonly writableHighWaterMark: number;
  write(chunk: unknown, encoding?: unknown, callback?: (error?: unknown) => void): boolean;
  end(chunk?: unknown, encoding?: unknown, callback?: () => void): this;
}
