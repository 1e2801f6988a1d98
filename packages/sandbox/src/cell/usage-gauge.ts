import type { ProcessUsage } from "@sluice/core";

/** What is measured of an isolate. */
export interface Measured {
  readonly isDisposed: boolean;
  /** Nanoseconds. */
  readonly cpuTime: bigint;
  getHeapStatistics(): Promise<HeapFigures>;
}

interface HeapFigures {
  readonly total_heap_size: number;
  readonly used_heap_size: number;
  readonly externally_allocated_size: number;
}

/** Memory and processor time of one isolate. */
export class UsageGauge {
  readonly #isolate: Measured;
  /** As last measured. */
  #heap: HeapFigures | undefined;
  #measuring = false;

  constructor(isolate: Measured) {
    this.#isolate = isolate;
  }

  /** MiB of heap and buffers in use, measured now; 0 when the isolate is gone. */
  async memoryMb(): Promise<number> {
    if (this.#isolate.isDisposed) return 0;
    this.#heap = await this.#isolate.getHeapStatistics();
    return Math.ceil((this.#heap.used_heap_size + this.#heap.externally_allocated_size) / 1_048_576);
  }

  cpuMs(): number {
    return this.#isolate.isDisposed ? 0 : Number(this.#isolate.cpuTime / 1_000n) / 1_000;
  }

  /**
   * ProcessUsage JSON for the guest, which waits for it in its own heap: that cannot be measured now, and is as soon as
   * the guest lets go. However often it asks, one measurement is under way.
   */
  report(): string {
    const usage: ProcessUsage = {
      heapTotal: this.#heap?.total_heap_size ?? 0,
      heapUsed: this.#heap?.used_heap_size ?? 0,
      external: this.#heap?.externally_allocated_size ?? 0,
      cpuMs: Math.floor(this.cpuMs()),
    };
    if (!this.#measuring) {
      this.#measuring = true;
      const done = (): void => void (this.#measuring = false);
      this.memoryMb().then(done, done);
    }
    return JSON.stringify(usage);
  }
}
