import {
  type ConsumerOptions,
  type FunctionRef,
  functionKey,
  type InvocationConsumer,
  parseFunctionKey,
  type Verdict,
} from "@sluice/core";
import type { MemoryLease } from "./memory-lane.ts";
import type { MemoryQueue } from "./memory-queue.ts";

export interface MemoryConsumerOptions extends ConsumerOptions {
  readonly queue: MemoryQueue;
  /** Default 1,000. */
  readonly tickMs?: number;
  /** Default 30,000. */
  readonly idleMs?: number;
}

export function createMemoryConsumer(options: MemoryConsumerOptions): InvocationConsumer {
  return new MemoryConsumer(options);
}

interface Attached {
  readonly ref: FunctionRef;
  limit: number | null;
  running: number;
}

class MemoryConsumer implements InvocationConsumer {
  readonly #options: MemoryConsumerOptions;
  readonly #attached = new Map<string, Attached>();
  readonly #held = new Map<MemoryLease, { readonly key: string; readonly ended: Promise<void> }>();
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;

  constructor(options: MemoryConsumerOptions) {
    this.#options = options;
    this.#stopListening = options.queue.onReady((key) => {
      if (this.#attached.has(key)) this.#claimAll();
      else if (this.#timer !== undefined) void this.tick();
    });
  }

  attached(): readonly FunctionRef[] {
    return [...this.#attached.values()].map(({ ref }) => ref);
  }

  async start(): Promise<void> {
    if (this.#timer !== undefined || this.#draining !== undefined) return;
    this.#timer = setInterval(() => void this.tick(), this.#options.tickMs ?? 1_000);
    await this.tick();
  }

  async tick(): Promise<void> {
    if (this.#draining !== undefined) return;
    const { queue, idleMs = 30_000, concurrencyOf } = this.#options;
    for (const key of this.#attached.keys()) queue.unmarkIdle(key, idleMs);
    const marked = new Set((await queue.activeFunctions()).map(functionKey));
    for (const [key, { running }] of this.#attached) if (!marked.has(key) && running === 0) this.#attached.delete(key);
    for (const key of marked) {
      const ref = parseFunctionKey(key);
      const limit = await concurrencyOf(ref);
      const attached = this.#attached.get(key);
      if (attached === undefined) this.#attached.set(key, { ref, limit, running: 0 });
      else attached.limit = limit;
    }
    this.#claimAll();
  }

  drain(timeoutMs: number): Promise<void> {
    this.#draining ??= this.#drain(timeoutMs);
    return this.#draining;
  }

  /** One claim for the queue that holds fewest, again and again, until there is no room or nothing to do. */
  #claimAll(): void {
    const { queue, capacity } = this.#options;
    if (this.#draining !== undefined) return;
    for (let found = true; found && this.#held.size < capacity; ) {
      found = false;
      for (const [key, attached] of [...this.#attached].sort(([, a], [, b]) => a.running - b.running)) {
        const lease = queue.claim(key, attached.limit);
        if (lease === undefined) continue;
        this.#run(key, attached, lease);
        found = true;
        break;
      }
    }
  }

  #run(key: string, attached: Attached, lease: MemoryLease): void {
    attached.running += 1;
    const ended = this.#judge(lease).then((verdict) => {
      attached.running -= 1;
      this.#held.delete(lease);
      this.#options.queue.settle(key, lease, verdict);
    });
    this.#held.set(lease, { key, ended });
  }

  async #judge(lease: MemoryLease): Promise<Verdict> {
    try {
      return await this.#options.handle(lease.claim);
    } catch {
      return { kind: "release", delayMs: 1_000 };
    }
  }

  async #drain(timeoutMs: number): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([Promise.all([...this.#held.values()].map(({ ended }) => ended)), deadline]);
    clearTimeout(timer);
    for (const [lease, { key }] of this.#held) this.#options.queue.lose(key, lease);
    this.#attached.clear();
  }
}
