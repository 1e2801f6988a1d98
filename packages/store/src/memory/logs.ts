import { functionKey, type FunctionRef, type LogEntry, type LogRecord, type LogStore } from "@sluice/core";
import { formatRecordCursor, parseRecordCursor } from "../stream-cursor.ts";
import { LOG_LIMITS, type StreamLimits } from "../stream-limits.ts";
import { MemoryCappedStream } from "./capped-stream.ts";

export interface MemoryLogsOptions {
  readonly now: () => number;
  readonly limits?: StreamLimits | undefined;
}

export class MemoryLogs implements LogStore {
  readonly #now: () => number;
  readonly #limits: StreamLimits;
  readonly #streams = new Map<string, MemoryCappedStream>();

  constructor(options: MemoryLogsOptions) {
    this.#now = options.now;
    this.#limits = options.limits ?? LOG_LIMITS;
  }

  async append(batch: readonly { readonly ref: FunctionRef; readonly records: readonly LogRecord[] }[]): Promise<void> {
    for (const { ref, records } of batch) {
      if (records.length === 0) continue;
      const key = functionKey(ref);
      const stream = this.#streams.get(key) ?? new MemoryCappedStream({ now: this.#now, limits: this.#limits });
      this.#streams.set(key, stream);
      stream.append(JSON.stringify(records));
    }
  }

  async read(
    ref: FunctionRef,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<readonly LogEntry[]> {
    const { after, limit } = options;
    const stream = this.#streams.get(functionKey(ref));
    if (after === undefined) {
      const all = toLogEntries(stream?.read("0", { inclusive: true }) ?? []);
      return limit > 0 ? all.slice(-limit) : [];
    }
    const cursor = parseRecordCursor(after);
    const entries = stream?.read(cursor.entry, { inclusive: true }) ?? [];
    const skip = entries[0]?.id === cursor.entry ? cursor.index + 1 : 0;
    return toLogEntries(entries).slice(skip, skip + limit);
  }

  async delete(ref: FunctionRef): Promise<void> {
    this.#streams.delete(functionKey(ref));
  }
}

function toLogEntries(entries: readonly { readonly id: string; readonly payload: string }[]): LogEntry[] {
  return entries.flatMap(({ id, payload }) =>
    (JSON.parse(payload) as LogRecord[]).map((record, index) => ({
      cursor: formatRecordCursor({ entry: id, index }),
      record,
    })),
  );
}
