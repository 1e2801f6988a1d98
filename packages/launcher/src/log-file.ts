import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";

const DEFAULT_BYTES_MAX = 16 * 1024 * 1024;

/** Appends lines to a file of bounded size: a full one becomes `<path>.1`, in place of the one before. */
export class LogFile {
  readonly path: string;
  readonly #bytesMax: number;
  #file: number | undefined;
  #bytes = 0;

  constructor(options: { readonly path: string; readonly bytesMax?: number }) {
    this.path = options.path;
    this.#bytesMax = options.bytesMax ?? DEFAULT_BYTES_MAX;
  }

  write(line: string): void {
    const data = Buffer.from(`${line}\n`);
    if (this.#bytes + data.length > this.#bytesMax) this.#rotate();
    this.#file ??= this.#open();
    writeSync(this.#file, data);
    this.#bytes += data.length;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    const file = openSync(this.path, "a", 0o600);
    this.#bytes = fstatSync(file).size;
    return file;
  }

  #rotate(): void {
    this.close();
    this.#bytes = 0;
    try {
      renameSync(this.path, `${this.path}.1`);
    } catch {
      // Nothing to move: somebody tidied the folder up.
    }
  }
}
