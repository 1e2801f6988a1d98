/** What one response holds of a budget. */
export interface ByteClaim {
  /** @returns why the bytes may not be kept, or undefined */
  take(bytes: number): string | undefined;
  close(): void;
}

/** Bounds what responses may hold in memory: each by itself, and all of them together. */
export class ByteBudget {
  readonly #totalBytes: number;
  #held = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  open(limitBytes: number): ByteClaim {
    let mine = 0;
    return {
      take: (bytes) => {
        if (mine + bytes > limitBytes) return `the response is larger than ${limitBytes} bytes`;
        if (this.#held + bytes > this.#totalBytes)
          return "too many large responses are under way on this worker; try again";
        mine += bytes;
        this.#held += bytes;
        return undefined;
      },
      close: () => {
        this.#held -= mine;
        mine = 0;
      },
    };
  }
}
