import type { Enqueued, EnqueueOptions, Invocation, InvocationQueue, ThrottledFact } from "@sluice/core";
import type { Journal } from "@sluice/store";
import type { WorkerLinks } from "./direct-lane/worker-links.ts";
import type { CallOptions, CallResult, Invoker } from "./invoker.ts";

export interface LanesOptions {
  readonly links: WorkerLinks;
  readonly queue: InvocationQueue;
  readonly journal: Journal;
  readonly now: () => number;
}

const THROTTLES = new Set<string>(["Capacity.Exhausted", "Capacity.FunctionLimit", "Capacity.NoWorker"]);

/** Both lanes, with the facts about what was accepted and what was not. */
export class Lanes implements Invoker {
  readonly #options: LanesOptions;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  async call(
    invocation: Omit<Invocation, "event">,
    event: Uint8Array | string,
    options: CallOptions = {},
  ): Promise<CallResult> {
    const { links, journal, now } = this.#options;
    const { logs = false, take, clientContext } = options;
    const asked = {
      ...(logs ? { logs } : {}),
      ...(take === undefined ? {} : { streams: true }),
      ...(clientContext === undefined ? {} : { clientContext }),
    };
    const result = await links.call({ ...invocation, ...asked }, event, take);
    if (result.kind === "refused" && THROTTLES.has(result.error.code)) {
      const base = { at: now(), tenant: invocation.tenant, function: invocation.function };
      journal.fact({ ...base, type: "throttled", reason: result.error.code as ThrottledFact["reason"] });
    }
    return result;
  }

  abandon(invocationId: string): void {
    this.#options.links.abandon(invocationId);
  }

  async enqueue(invocation: Invocation, options?: EnqueueOptions): Promise<Enqueued> {
    const { queue, journal, now } = this.#options;
    const enqueued = await queue.enqueue(invocation, options);
    const { tenant, function: name, source } = invocation;
    const base = { at: now(), tenant, function: name, source };
    if (enqueued.duplicate) journal.fact({ ...base, type: "deduplicated" });
    else journal.fact({ ...base, type: "accepted" });
    return enqueued;
  }
}
