import {
  type AttemptReport,
  type FunctionError,
  type FunctionRef,
  type FunctionVersion,
  invokeErrorLine,
  type LogLine,
  type LogRecord,
} from "@sluice/core";
import type { RunResult, WireLogLine } from "@sluice/sandbox";
import type { Journal } from "@sluice/store";
import type { SourceMaps } from "./source-maps/source-maps.ts";

export interface AttemptLogOptions {
  readonly journal: Pick<Journal, "log">;
  readonly sourceMaps: Pick<SourceMaps, "mapLines" | "mapError">;
  readonly ref: FunctionRef;
  readonly version: FunctionVersion;
  readonly invocationId: string;
}

/** The log of one attempt, as it grows: what it says of places in the code is told of the author's sources. */
export class AttemptLog {
  readonly #options: AttemptLogOptions;
  readonly #earlier: LogLine[] = [];
  #begun = false;
  /** Lines become records in the order in which they came, though some wait for a map. */
  #last: Promise<void> | undefined;

  constructor(options: AttemptLogOptions) {
    this.#options = options;
  }

  /** Lines of an attempt that goes on. */
  add(lines: readonly WireLogLine[]): void {
    const { sourceMapDigest } = this.#options.version;
    if (sourceMapDigest === null) return this.#write(lines);
    this.#last = (this.#last ?? Promise.resolve()).then(async () => {
      this.#write(await this.#options.sourceMaps.mapLines(sourceMapDigest, lines));
    });
  }

  /** @returns the whole log, and the error with its places */
  async end(
    result: Pick<RunResult, "logs" | "error" | "startedAt" | "durationMs" | "initMs">,
    report: AttemptReport,
  ): Promise<{ readonly record: LogRecord; readonly error: FunctionError | null }> {
    const { journal, ref } = this.#options;
    if (this.#last !== undefined) await this.#last;
    const { lines: wireLines, error } = await this.#mapped(result);
    const { startedAt, durationMs } = result;
    const lines = wireLines.map(toLogLine);
    if (error !== null) lines.push(invokeErrorLine(error, startedAt + durationMs));
    const end = { coldStart: result.initMs !== null, report, error };
    journal.log(ref, { ...this.#toRecord(this.#begun ? null : startedAt, lines), ...end });
    return { record: { ...this.#toRecord(startedAt, [...this.#earlier, ...lines]), ...end }, error };
  }

  async #mapped({ logs, error }: Pick<RunResult, "logs" | "error">): Promise<{
    readonly lines: readonly WireLogLine[];
    readonly error: FunctionError | null;
  }> {
    const { sourceMaps, version } = this.#options;
    const digest = version.sourceMapDigest;
    if (digest === null || (error === null && logs.length === 0)) return { lines: logs, error };
    return {
      lines: await sourceMaps.mapLines(digest, logs),
      error: error === null ? null : await sourceMaps.mapError(digest, error),
    };
  }

  #write(wireLines: readonly WireLogLine[]): void {
    const lines = wireLines.map(toLogLine);
    this.#options.journal.log(this.#options.ref, this.#toRecord(this.#begun ? null : (lines[0]?.at ?? null), lines));
    this.#begun = true;
    this.#earlier.push(...lines);
  }

  #toRecord(startedAt: number | null, lines: readonly LogLine[]): LogRecord {
    const { invocationId, version } = this.#options;
    return { invocationId, version: version.version, startedAt, coldStart: false, lines, report: null, error: null };
  }
}

function toLogLine([at, level, message]: WireLogLine): LogLine {
  return { at, level, message };
}
