import type { EgressDenial, FunctionRef } from "@sluice/core";
import type { WireLogLine } from "@sluice/sandbox";
import type { Journal } from "@sluice/store";
import type { GuestCall } from "./broker/guest-call.ts";

export interface EgressDenialsOptions {
  readonly journal: Pick<Journal, "fact">;
  readonly now: () => number;
}

/** Of one attempt; a guest that tries one address after the other must not fill its log with them. */
const LINES_MAX = 10;

interface Attempt {
  readonly log: (lines: readonly WireLogLine[]) => void;
  readonly lines: Set<string>;
  readonly counts: Map<EgressDenial, number>;
}

/**
 * What egress rules refused: a line in the function's log, which names host and rule, and one fact for each rule when
 * the attempt ends, however often it tried.
 */
export class EgressDenials {
  readonly #options: EgressDenialsOptions;
  readonly #attempts = new Map<string, Attempt>();
  /** What module code tried while no attempt ran: once for each isolate and rule. */
  readonly #loading = new WeakMap<AbortSignal, Set<EgressDenial>>();

  constructor(options: EgressDenialsOptions) {
    this.#options = options;
  }

  begin(invocationId: string, log: Attempt["log"]): void {
    this.#attempts.set(invocationId, { log, lines: new Set(), counts: new Map() });
  }

  end(invocationId: string, ref: FunctionRef): void {
    const attempt = this.#attempts.get(invocationId);
    this.#attempts.delete(invocationId);
    for (const [reason, count] of attempt?.counts ?? []) this.#record(ref, reason, count);
  }

  note({ invocationId, environment, functionVersion }: GuestCall, denial: EgressDenial, message: string): void {
    const attempt = this.#attempts.get(invocationId);
    if (attempt === undefined) {
      const seen = this.#loading.get(environment) ?? new Set();
      this.#loading.set(environment, seen);
      if (!seen.has(denial)) this.#record(functionVersion, denial, 1);
      seen.add(denial);
      return;
    }
    attempt.counts.set(denial, (attempt.counts.get(denial) ?? 0) + 1);
    if (attempt.lines.has(message) || attempt.lines.size >= LINES_MAX) return;
    attempt.lines.add(message);
    attempt.log([[this.#options.now(), "WARN", `egress denied (${denial}): ${message}`]]);
  }

  #record({ tenant, name }: FunctionRef, reason: EgressDenial, count: number): void {
    const { journal, now } = this.#options;
    journal.fact({ type: "egress-denied", at: now(), tenant, function: name, reason, count });
  }
}
