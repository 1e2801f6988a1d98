import { type CallHead, functionKey, PlatformError, type TakeChunk, type WorkerDirectory } from "@sluice/core";
import type { CallResult } from "../invoker.ts";
import { chooseWorker } from "./placement.ts";
import { WorkerLink } from "./worker-link.ts";

export interface WorkerLinksOptions {
  readonly workers: WorkerDirectory;
  readonly onError: (error: unknown) => void;
}

const REFRESH_MS = 2_000;
/** Codes with which another worker may do better. */
const ANOTHER_MAY_DO = new Set<string>(["Capacity.Exhausted", "Service.Draining"]);

/** Connections to every worker that has a lease, and the choice among them. */
export class WorkerLinks {
  readonly #options: WorkerLinksOptions;
  readonly #links = new Map<string, WorkerLink>();
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(options: WorkerLinksOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#options.workers.onChange(() => void this.tick());
    await this.tick();
    this.#timer = setInterval(() => void this.tick(), REFRESH_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#stopListening?.();
    for (const link of this.#links.values()) link.stop();
  }

  /** Connects to new workers and lets go of those whose lease ended. */
  async tick(): Promise<void> {
    try {
      const leases = new Map((await this.#options.workers.list()).map((lease) => [lease.id, lease]));
      for (const [id, link] of this.#links) {
        // A worker that was started again under its id has another token.
        if (leases.get(id)?.token === link.token) continue;
        link.stop();
        this.#links.delete(id);
      }
      for (const [id, lease] of leases) {
        if (!this.#links.has(id)) this.#links.set(id, new WorkerLink(lease));
      }
    } catch (error) {
      // Without Redis the workers that are known go on answering.
      this.#options.onError(error);
    }
  }

  /** Asks workers until one has run the call, or might have; never throws. */
  async call(call: CallHead, event: Uint8Array | string, take?: TakeChunk): Promise<CallResult> {
    const key = functionKey({ tenant: call.tenant, name: call.function });
    const head = JSON.stringify(call);
    const tried = new Set<WorkerLink>();
    let refusal: PlatformError | undefined;
    for (;;) {
      const link = chooseWorker(this.#links.values(), key, tried, call.qualifier);
      if (link === undefined) return { kind: "refused", error: refusal ?? this.#noRoom() };
      tried.add(link);
      const reply = await link.call(call.id, head, event, take);
      if (reply.kind === "result") return reply;
      if (reply.kind === "lost") return { kind: "refused", error: new PlatformError("Worker.Lost") };
      refusal = new PlatformError(reply.head.code, reply.head.message || undefined);
      if (!ANOTHER_MAY_DO.has(refusal.code)) return { kind: "refused", error: refusal };
    }
  }

  /** Seldom, so the call is looked for. */
  abandon(invocationId: string): void {
    for (const link of this.#links.values()) if (link.abandon(invocationId)) return;
  }

  #noRoom(): PlatformError {
    for (const link of this.#links.values()) if (link.open) return new PlatformError("Capacity.Exhausted");
    return new PlatformError("Capacity.NoWorker");
  }
}
