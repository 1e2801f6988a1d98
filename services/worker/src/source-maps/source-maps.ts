import type { ArtifactStore, FunctionError } from "@sluice/core";
import type { WireLogLine } from "@sluice/sandbox";
import { type CodePosition, namesPosition, positionsIn, replacePositions } from "./code-position.ts";
import type { MappingReply } from "./mapping-messages.ts";
import { MappingWorker } from "./mapping-worker.ts";

/** Positions of one piece of text; a trace has ten. */
const POSITIONS_MAX = 256;
const BAD_MAPS_MAX = 1_000;
/** More at once wait for nothing, and keep their positions. */
const QUESTIONS_MAX = 1_000;

export interface SourceMapsOptions {
  readonly artifacts: Pick<ArtifactStore, "get">;
  /** An attempt's end waits no longer for its trace than this; default 3 s. */
  readonly patienceMs?: number;
  /** One map may take so long; default 5 s. */
  readonly timeoutMs?: number;
  /** Memory of the maps that are kept; default 384 MiB. */
  readonly heapMb?: number;
}

/** Turns positions in deployed code into those of the author's sources. Nothing here rejects or holds up for long. */
export class SourceMaps {
  readonly #worker: MappingWorker;
  readonly #patienceMs: number;
  /** Digests of maps that cannot be used. */
  readonly #bad = new Set<string>();
  #asked = 0;

  constructor({ artifacts, patienceMs = 3_000, timeoutMs = 5_000, heapMb = 384 }: SourceMapsOptions) {
    this.#patienceMs = patienceMs;
    this.#worker = new MappingWorker({
      load: (digest) => artifacts.get(digest),
      keptBytes: 24 * 1024 * 1024,
      heapMb,
      timeoutMs,
      idleMs: 60_000,
    });
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
  }

  async mapLines(digest: string, lines: readonly WireLogLine[]): Promise<readonly WireLogLine[]> {
    const texts = await this.#mapTexts(
      digest,
      lines.map(([, , message]) => message),
    );
    return lines.map(([at, level, message], index): WireLogLine => [at, level, texts[index] ?? message]);
  }

  async mapError(digest: string, error: FunctionError): Promise<FunctionError> {
    const [errorMessage = error.errorMessage, ...trace] = await this.#mapTexts(digest, [
      error.errorMessage,
      ...error.trace,
    ]);
    return { ...error, errorMessage, trace };
  }

  async #mapTexts(digest: string, texts: readonly string[]): Promise<readonly string[]> {
    if (this.#bad.has(digest) || !texts.some(namesPosition)) return texts;
    let left = POSITIONS_MAX;
    const positions = texts.map((text) => {
      const found = left > 0 && namesPosition(text) ? positionsIn(text, left) : [];
      left -= found.length;
      return found;
    });
    const places = await this.#inTime(this.#ask(digest, positions.flat()));
    if (places === undefined) return texts;
    let from = 0;
    return texts.map((text, index) => {
      const count = positions[index]?.length ?? 0;
      from += count;
      return count === 0 ? text : replacePositions(text, places.slice(from - count, from));
    });
  }

  async #ask(digest: string, positions: readonly CodePosition[]): Promise<MappingReply | undefined> {
    if (this.#asked >= QUESTIONS_MAX) return undefined;
    this.#asked += 1;
    const reply = await this.#worker.map(digest, positions);
    this.#asked -= 1;
    if (reply !== "bad") return reply;
    if (this.#bad.size >= BAD_MAPS_MAX) this.#bad.clear();
    this.#bad.add(digest);
    return undefined;
  }

  #inTime<T>(answer: Promise<T>): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<T | undefined>();
    const timer = setTimeout(() => resolve(undefined), this.#patienceMs);
    void answer.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
    return promise;
  }
}
