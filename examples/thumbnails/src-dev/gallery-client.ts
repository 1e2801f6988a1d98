import { setTimeout as delay } from "node:timers/promises";
import type { PhotoRow } from "../src/photo-rows.ts";

/** Reads the rows through the function URL of `gallery`. */
export class GalleryClient {
  readonly address: string;

  /** @param gateway such as `http://127.0.0.1:8080` */
  constructor(gateway: string) {
    this.address = `${gateway}/fn/gallery`;
  }

  /** Undefined when the photo was not handled yet. */
  async row(key: string): Promise<PhotoRow | undefined> {
    const response = await fetch(`${this.address}?photo=${encodeURIComponent(key)}`);
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as PhotoRow;
    if (response.status === 404 && text.includes("was handled yet")) return undefined;
    throw new Error(`${this.address} answered ${response.status} ${text.slice(0, 300)}`);
  }

  /**
   * Waits for a row of another invocation than `before`.
   * @returns undefined when none came in time
   */
  async nextRow(options: {
    readonly key: string;
    readonly before: PhotoRow | undefined;
    readonly timeoutMs: number;
    readonly onWait?: (elapsedMs: number) => void;
  }): Promise<PhotoRow | undefined> {
    const start = Date.now();
    while (Date.now() - start < options.timeoutMs) {
      const row = await this.row(options.key);
      if (row !== undefined && row.invocationId !== options.before?.invocationId) return row;
      options.onWait?.(Date.now() - start);
      await delay(100);
    }
    return undefined;
  }
}
