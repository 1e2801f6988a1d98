import type { CallerContext, LogLine } from "@sluice/core";
import type { WireLogLine } from "../cell-protocol.ts";

/** One invocation inside a cell, from INVOKE to DONE. */
export class Call {
  readonly id: number;
  readonly definition: number;
  readonly invocationId: string;
  readonly event: string;
  readonly caller: CallerContext | undefined;
  /** Nobody waits for it any more. */
  abandoned = false;
  /** Monotonic and wall-clock milliseconds of the moment the handler could begin; 0 until then. */
  startedAt = 0;
  startedAtEpoch = 0;
  cpuAtStartMs = 0;
  /** Set when the isolate was made for this call. */
  initMs: number | null = null;
  /** The parent has been told that this call runs. */
  announced = false;
  #lines: WireLogLine[] = [];

  constructor(options: {
    readonly id: number;
    readonly definition: number;
    readonly invocationId: string;
    readonly event: string;
    readonly caller?: CallerContext | undefined;
  }) {
    this.id = options.id;
    this.definition = options.definition;
    this.invocationId = options.invocationId;
    this.event = options.event;
    this.caller = options.caller;
  }

  log(at: number, level: LogLine["level"], message: string): void {
    this.#lines.push([at, level, message]);
  }

  /** Lines since the last call of this method. */
  takeLines(): readonly WireLogLine[] {
    const lines = this.#lines;
    if (lines.length > 0) this.#lines = [];
    return lines;
  }
}
