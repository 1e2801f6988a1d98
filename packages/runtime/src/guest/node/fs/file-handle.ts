import { readlineOver } from "./read-lines.ts";
import { events } from "../events/events.ts";
import { fileContent } from "./file-content.ts";
import { fileTree } from "./file-tree.ts";
import { ReadStream, WriteStream } from "./fs-streams.ts";
import type { Stats } from "./stats.ts";

interface ReadArguments {
  readonly buffer?: Uint8Array;
  readonly offset?: number;
  readonly length?: number;
  readonly position?: number | null;
}

/** What `fs.promises.open` answers. */
export class FileHandle extends events {
  #fd: number;

  constructor(fd: number) {
    super();
    this.#fd = fd;
  }

  get fd(): number {
    return this.#fd;
  }

  async read(buffer?: Uint8Array | ReadArguments, offset?: number, length?: number, position?: number | null) {
    const isView = ArrayBuffer.isView(buffer);
    const options: ReadArguments = isView ? { buffer, offset: offset ?? 0 } : (buffer ?? {});
    const into = options.buffer ?? Buffer.alloc(16_384);
    const size = isView ? length : options.length;
    const bytesRead = fileContent.readSync(this.#fd, into, options.offset, size, isView ? position : options.position);
    return { bytesRead, buffer: into };
  }

  async write(data: unknown, ...rest: unknown[]) {
    const bytesWritten = fileContent.writeSync(this.#fd, data, rest[0], rest[1], rest[2] as number | undefined);
    return { bytesWritten, buffer: data };
  }

  async readv(buffers: readonly ArrayBufferView[], position?: number) {
    return { bytesRead: fileContent.readvSync(this.#fd, buffers, position), buffers };
  }

  async writev(buffers: readonly ArrayBufferView[], position?: number) {
    return { bytesWritten: fileContent.writevSync(this.#fd, buffers, position), buffers };
  }

  async readFile(options?: unknown): Promise<Buffer | string> {
    return fileContent.readFileSync(this.#fd, options);
  }

  async writeFile(data: unknown, options?: unknown): Promise<void> {
    fileContent.writeFileSync(this.#fd, data, options);
  }

  async appendFile(data: unknown, options?: unknown): Promise<void> {
    fileContent.appendFileSync(this.#fd, data, options);
  }

  async stat(): Promise<Stats> {
    return fileTree.fstatSync(this.#fd);
  }

  async truncate(length?: number): Promise<void> {
    fileContent.ftruncateSync(this.#fd, length);
  }

  async chmod(mode: unknown): Promise<void> {
    fileTree.fchmodSync(this.#fd, mode);
  }

  async utimes(atime: number | Date, mtime: number | Date): Promise<void> {
    fileTree.futimesSync(this.#fd, atime, mtime);
  }

  async sync(): Promise<void> {
    fileContent.fsyncSync(this.#fd);
  }

  async datasync(): Promise<void> {
    fileContent.fdatasyncSync(this.#fd);
  }

  async close(): Promise<void> {
    if (this.#fd < 0) return;
    fileContent.closeSync(this.#fd);
    this.#fd = -1;
    this.emit("close");
  }

  createReadStream(options: object = {}): InstanceType<typeof ReadStream> {
    return new ReadStream("", { ...options, fd: this.#fd });
  }

  createWriteStream(options: object = {}): InstanceType<typeof WriteStream> {
    return new WriteStream("", { ...options, fd: this.#fd });
  }

  readLines(options?: object): AsyncIterable<string> {
    return readlineOver(this.createReadStream(options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
