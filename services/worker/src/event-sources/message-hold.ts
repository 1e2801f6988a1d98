import type { MessageQueues, QueueRef, ReceivedMessage } from "@sluice/core";

export interface MessageHoldOptions {
  readonly queues: Pick<MessageQueues, "changeVisibility" | "delete">;
  readonly queue: QueueRef;
  readonly visibilityMs: number;
  readonly onError: (error: unknown) => void;
}

const SHORTEST_MS = 200;
const DELETE_TRIES = 5;

/**
 * Messages in a poller's hands. While it waits for room or for the function, their visibility is extended, so that
 * nobody else gets them; what is neither deleted nor given back by the end becomes visible as after any receive.
 */
export class MessageHold {
  readonly #options: MessageHoldOptions;
  readonly #held: Map<string, ReceivedMessage>;
  readonly #timer: NodeJS.Timeout;

  constructor(messages: readonly ReceivedMessage[], options: MessageHoldOptions) {
    this.#options = options;
    this.#held = new Map(messages.map((message) => [message.receipt, message]));
    this.#timer = setInterval(() => void this.#extend(), Math.max(options.visibilityMs / 2, SHORTEST_MS));
  }

  /** They were processed, or are not wanted. What cannot be deleted comes again. */
  async delete(messages: readonly ReceivedMessage[]): Promise<void> {
    const { queues, queue, onError } = this.#options;
    const receipts = messages.map(({ receipt }) => receipt);
    if (receipts.length === 0) return;
    for (let tries = 1; ; tries++) {
      try {
        await queues.delete({ ...queue, receipts });
        for (const receipt of receipts) this.#held.delete(receipt);
        return;
      } catch (error) {
        if (tries >= DELETE_TRIES) return onError(error);
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** tries));
      }
    }
  }

  /** They failed: visible again when their visibility ends, and extended no more. */
  leave(messages: readonly ReceivedMessage[]): void {
    for (const { receipt } of messages) this.#held.delete(receipt);
  }

  /** Whoever comes next gets what is left. */
  async giveBack(): Promise<void> {
    await this.#change(0);
    this.#held.clear();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #extend(): Promise<void> {
    await this.#change(this.#options.visibilityMs);
  }

  async #change(visibilityMs: number): Promise<void> {
    const { queues, queue, onError } = this.#options;
    const changes = [...this.#held.keys()].map((receipt) => ({ receipt, visibilityMs }));
    if (changes.length > 0) await queues.changeVisibility({ ...queue, changes }).catch(onError);
  }
}
