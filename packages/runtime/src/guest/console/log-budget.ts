import { HOST_CALLS, LIMITS } from "@sluice/core";
import { notify } from "../bridge/host.ts";
import { clipToUtf8, utf8Length } from "../web/utf8-length.ts";

export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR";

const LOG_WRITE = HOST_CALLS["log.write"].op;
/** Charged per line, so that a flood of empty lines ends too. */
const LINE_OVERHEAD = 16;

/** The log text that one invocation (or the time between two) may write; beyond it lines are dropped and counted. */
export class LogBudget {
  readonly #seq: number;
  #left: number = LIMITS.logBytesPerAttempt;
  #dropped = 0;

  /** `seq` is 0 outside any invocation. */
  constructor(seq: number) {
    this.#seq = seq;
  }

  write(level: LogLevel, message: string): void {
    const line = clipToUtf8(message, LIMITS.logLineBytes);
    const cost = utf8Length(line) + LINE_OVERHEAD;
    if (cost > this.#left) {
      this.#left = 0;
      this.#dropped++;
      return;
    }
    this.#left -= cost;
    notify(LOG_WRITE, this.#seq, `${level} ${line}`);
  }

  /** Says how many lines were dropped, once. */
  close(): void {
    if (this.#dropped === 0) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    notify(
      LOG_WRITE,
      this.#seq,
      `WARN ${dropped} log line${dropped === 1 ? " was" : "s were"} dropped: ` +
        `one invocation may log ${LIMITS.logBytesPerAttempt / 1024} KiB`,
    );
  }
}
