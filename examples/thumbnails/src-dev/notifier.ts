import { setTimeout as delay } from "node:timers/promises";

export interface NotifierOptions {
  /** Such as `http://127.0.0.1:8080/events/s3/photos`. */
  readonly url: string;
  readonly bearer?: string;
  readonly log: (line: string) => void;
  /** Waits before each new try. */
  readonly delaysMs?: readonly number[];
}

const DELAYS_MS: readonly number[] = [200, 500, 1_000, 2_000, 4_000];
const TIMEOUT_MS = 10_000;

/** Posts notifications to Sluice, and again when it could not be reached or was busy. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  send(notification: object): void {
    const sending = this.#deliver(JSON.stringify(notification)).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** Resolves when everything that was sent so far was delivered or given up. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Gives up what is still under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settle();
  }

  async #deliver(body: string): Promise<void> {
    const { url, log, delaysMs = DELAYS_MS } = this.#options;
    let fault = "";
    for (const delayMs of [0, ...delaysMs]) {
      if (delayMs > 0) await delay(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return log(`notification to ${url} given up, because the S3 server stops`);
      const outcome = await this.#post(body);
      if (outcome.kind === "delivered") return;
      fault = outcome.fault;
      if (outcome.kind === "refused") break;
    }
    log(`notification to ${url} failed: ${fault}`);
  }

  async #post(body: string): Promise<PostOutcome> {
    const { url, bearer } = this.#options;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        body,
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.ok) return { kind: "delivered" };
      const again = response.status >= 500 || response.status === 429;
      return { kind: again ? "busy" : "refused", fault: `${response.status} ${text.slice(0, 300)}` };
    } catch (error) {
      return { kind: "busy", fault: reasonOf(error) };
    }
  }
}

type PostOutcome =
  | { readonly kind: "delivered" }
  | { readonly kind: "busy"; readonly fault: string }
  | { readonly kind: "refused"; readonly fault: string };

/** `fetch` hides why it failed in the error's cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
