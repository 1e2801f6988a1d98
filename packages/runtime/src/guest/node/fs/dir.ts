import { fileTree } from "./file-tree.ts";
import { toPath } from "./paths.ts";
import type { Dirent } from "./stats.ts";

/** What `opendir` answers: the entries, one at a time. */
export class Dir {
  readonly path: string;
  readonly #entries: Dirent[];

  constructor(path: unknown) {
    this.path = toPath(path);
    this.#entries = fileTree.readdirSync(path, { withFileTypes: true }) as Dirent[];
  }

  readSync(): Dirent | null {
    return this.#entries.shift() ?? null;
  }

  // oxlint-disable-next-line typescript/require-await -- a promise is what callers await
  async read(): Promise<Dirent | null> {
    return this.readSync();
  }

  closeSync(): void {
    this.#entries.length = 0;
  }

  // oxlint-disable-next-line typescript/require-await -- a promise is what callers await
  async close(): Promise<void> {
    this.closeSync();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Dirent> {
    for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
  }
}
