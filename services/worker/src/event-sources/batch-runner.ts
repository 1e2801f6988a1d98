import {
  type BatchFact,
  type EventSourceMapping,
  type FunctionVersion,
  mappingKey,
  type ProcessingResult,
  readBatchResponse,
  RESULT_FIELD,
  type SourceLeases,
  type VerdictError,
} from "@sluice/core";
import type { Journal } from "@sluice/store";
import type { Execution, Executor } from "../executor.ts";
import type { Turns } from "./turns.ts";

export interface BatchRunnerOptions {
  readonly executor: Pick<Executor, "execute">;
  readonly leases: Pick<SourceLeases, "note">;
  readonly journal: Pick<Journal, "fact">;
  readonly turns: Turns;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  readonly newId: () => string;
}

export interface Batch {
  /** JSON text. */
  readonly event: string;
  /** Identifiers by which the function may report records. */
  readonly ids: ReadonlySet<string>;
  readonly lineage: string | undefined;
  /** 1 for the first try. */
  readonly attempt: number;
}

export type BatchRun =
  | { readonly kind: "ok" }
  | { readonly kind: "partial"; readonly failed: ReadonlySet<string>; readonly ran: BatchAttempt }
  | { readonly kind: "failed"; readonly ran: BatchAttempt }
  /** It never started, and may later. */
  | { readonly kind: "later"; readonly isThrottled: boolean }
  | { readonly kind: "recursive" };

export interface BatchAttempt {
  readonly invocationId: string;
  readonly version: FunctionVersion;
  readonly error: VerdictError | null;
}

type Ran = Extract<Execution, { readonly kind: "ran" }>;

/** Invokes functions with batches, as callers who wait for the answer: throttled like them, and counted like them. */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  /** What was last said of mappings, so that only changes are written. */
  readonly #results = new Map<string, ProcessingResult>();

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async run(mapping: EventSourceMapping, batch: Batch): Promise<BatchRun> {
    const { executor, turns, now, newId } = this.#options;
    const id = newId();
    const over = await turns.take();
    try {
      const execution = await executor.execute({
        invocation: {
          id,
          tenant: mapping.tenant,
          function: mapping.function,
          qualifier: mapping.qualifier,
          source: mapping.source.kind,
          trigger: mapping.id,
          acceptedAt: now(),
          lineage: batch.lineage,
        },
        event: batch.event,
        lane: "direct",
        attempt: batch.attempt,
        queueWaitMs: null,
        redelivered: false,
      });
      return execution.kind === "ran" ? this.#ran(mapping, batch, id, execution) : this.#refused(mapping, execution);
    } finally {
      over();
    }
  }

  fact(mapping: EventSourceMapping, fact: Omit<BatchFact, "at" | "tenant" | "function" | "type" | "source">): void {
    const { journal, now } = this.#options;
    const { tenant, function: name, source } = mapping;
    journal.fact({ at: now(), tenant, function: name, type: "batch", source: source.kind, ...fact });
  }

  /** What Get shows of the mapping. */
  say(mapping: EventSourceMapping, result: ProcessingResult): void {
    const key = mappingKey(mapping);
    if (this.#results.get(key) === result) return;
    this.#results.set(key, result);
    this.#options.leases.note(key, RESULT_FIELD, result).catch((error: unknown) => {
      this.#results.delete(key);
      this.#options.onError(error);
    });
  }

  /** The mapping is no longer polled here: what others say of it is not known. */
  unsay(mapping: EventSourceMapping): void {
    this.#results.delete(mappingKey(mapping));
  }

  #ran(mapping: EventSourceMapping, { ids }: Batch, invocationId: string, { version, payload, error }: Ran): BatchRun {
    const ran = { invocationId, version, error };
    // Our own store failed the function, not the function itself.
    if (error?.errorType === "Artifact.Corrupt") return { kind: "later", isThrottled: false };
    const response =
      error === null && mapping.partialResponses
        ? readBatchResponse(payload.toString(), ids)
        : ({ kind: "ok" } as const);
    if (error !== null || response.kind === "invalid") {
      this.say(mapping, "PROBLEM: Function call failed");
      return { kind: "failed", ran };
    }
    this.say(mapping, "OK");
    return response.kind === "partial" ? { ...response, ran } : response;
  }

  #refused(mapping: EventSourceMapping, { error }: Extract<Execution, { readonly kind: "refused" }>): BatchRun {
    switch (error.code) {
      case "Invocation.Recursive":
        this.say(mapping, "PROBLEM: Function call failed");
        return { kind: "recursive" };
      case "Capacity.Exhausted":
      case "Capacity.FunctionLimit":
        this.say(mapping, "PROBLEM: Function is throttled");
        return { kind: "later", isThrottled: true };
      case "Function.NotFound":
      case "Function.VersionNotFound":
        this.say(mapping, "PROBLEM: Function not found");
        return { kind: "later", isThrottled: false };
      default:
        this.#options.onError(error);
        return { kind: "later", isThrottled: false };
    }
  }
}
