import { loadStream } from "../../lazy.ts";
import { fileContent } from "./file-content.ts";
import { readOptions, toBytes, toPath } from "./paths.ts";

type Done = (error?: unknown) => void;

interface StreamOptions {
  readonly flags?: string;
  readonly mode?: number;
  readonly fd?: number | { readonly fd: number };
  readonly start?: number;
  readonly end?: number;
  readonly highWaterMark?: number;
  readonly autoClose?: boolean;
}

const { Readable, Writable } = loadStream().stream;
const CHUNK = 64 * 1024;

function descriptorOf({ fd }: StreamOptions): number | undefined {
  return typeof fd === "object" ? fd.fd : fd;
}

/** Closes a descriptor when its stream is done with it. */
function closing(fd: number | undefined, keep: boolean, error: unknown, done: Done): void {
  let failure = error;
  try {
    if (fd !== undefined && !keep) fileContent.closeSync(fd);
  } catch (closeError) {
    failure ??= closeError;
  }
  done(failure);
}

export class ReadStream extends Readable {
  readonly path: string;
  fd: number | undefined;
  bytesRead = 0;
  readonly #options: StreamOptions;
  #position: number | undefined;

  constructor(path: unknown, given?: unknown) {
    const options = readOptions<StreamOptions>(given);
    super({ encoding: options.encoding ?? undefined, highWaterMark: options.highWaterMark ?? CHUNK, emitClose: true });
    this.#options = options;
    this.#position = options.start;
    this.fd = descriptorOf(options);
    this.path = this.fd === undefined ? toPath(path) : "";
  }

  get pending(): boolean {
    return this.fd === undefined;
  }

  _construct(done: Done): void {
    try {
      this.fd ??= fileContent.openSync(this.path, this.#options.flags ?? "r", this.#options.mode);
    } catch (error) {
      done(error);
      return;
    }
    done();
    this.emit("open", this.fd);
    this.emit("ready");
  }

  _read(size: number): void {
    const { end = Infinity } = this.#options;
    const at = this.#position ?? this.bytesRead;
    const wanted = Math.min(size, end - at + 1);
    if (wanted <= 0) {
      this.push(null);
      return;
    }
    try {
      const buffer = Buffer.alloc(Math.min(wanted, CHUNK));
      const read = fileContent.readSync(this.fd, buffer, 0, buffer.length, this.#position);
      this.bytesRead += read;
      if (this.#position !== undefined) this.#position += read;
      this.push(read === 0 ? null : buffer.subarray(0, read));
    } catch (error) {
      this.destroy(error);
    }
  }

  _destroy(error: unknown, done: Done): void {
    closing(this.fd, this.#options.autoClose === false, error, done);
  }

  close(done?: Done): void {
    if (done !== undefined) this.once("close", done);
    this.destroy();
  }
}

export class WriteStream extends Writable {
  readonly path: string;
  fd: number | undefined;
  bytesWritten = 0;
  readonly #options: StreamOptions & { readonly encoding?: string | null };
  #position: number | undefined;

  constructor(path: unknown, given?: unknown) {
    const options = readOptions<StreamOptions>(given);
    super({
      defaultEncoding: options.encoding ?? "utf8",
      highWaterMark: options.highWaterMark ?? 16_384,
      emitClose: true,
    });
    this.#options = options;
    this.#position = options.start;
    this.fd = descriptorOf(options);
    this.path = this.fd === undefined ? toPath(path) : "";
  }

  get pending(): boolean {
    return this.fd === undefined;
  }

  _construct(done: Done): void {
    try {
      const { flags, start } = this.#options;
      this.fd ??= fileContent.openSync(this.path, flags ?? (start === undefined ? "w" : "r+"), this.#options.mode);
    } catch (error) {
      done(error);
      return;
    }
    done();
    this.emit("open", this.fd);
    this.emit("ready");
  }

  _write(chunk: unknown, encoding: string, done: Done): void {
    try {
      const bytes = toBytes(chunk, encoding);
      const written = fileContent.writeSync(this.fd, bytes, 0, bytes.length, this.#position);
      this.bytesWritten += written;
      if (this.#position !== undefined) this.#position += written;
    } catch (error) {
      done(error);
      return;
    }
    done();
  }

  _destroy(error: unknown, done: Done): void {
    closing(this.fd, this.#options.autoClose === false, error, done);
  }

  close(done?: Done): void {
    if (done !== undefined) this.once("close", done);
    this.end();
  }
}
