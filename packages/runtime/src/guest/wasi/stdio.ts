import { LIMITS } from "@sluice/core";
import { Fd, wasi } from "@bjorn3/browser_wasi_shim";
import { writeLog } from "../console/log.ts";

const LAST_LINES = 5;

/** An end of a pipe: not a terminal, so that programs write in blocks. */
abstract class Pipe extends Fd {
  override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat } {
    const fdstat = new wasi.Fdstat(wasi.FILETYPE_UNKNOWN, 0);
    fdstat.fs_rights_base = BigInt(wasi.RIGHTS_FD_WRITE);
    return { ret: wasi.ERRNO_SUCCESS, fdstat };
  }

  override fd_fdstat_set_flags(): number {
    return wasi.ERRNO_SUCCESS;
  }

  override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
    return { ret: wasi.ERRNO_SUCCESS, filestat: new wasi.Filestat(0n, wasi.FILETYPE_UNKNOWN, 0n) };
  }

  override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
    this.take(data);
    return { ret: wasi.ERRNO_SUCCESS, nwritten: data.length };
  }

  protected abstract take(data: Uint8Array): void;
}

export class OutputTooLarge extends Error {}

/** Standard output: the invocation's result. */
export class ResultPipe extends Pipe {
  readonly #decoder = new TextDecoder();
  #bytes = 0;
  #text = "";

  get bytes(): number {
    return this.#bytes;
  }

  /** All that was written, as text. */
  end(): string {
    return this.#text + this.#decoder.decode();
  }

  /** @throws OutputTooLarge, which ends the program */
  protected take(data: Uint8Array): void {
    this.#bytes += data.length;
    if (this.#bytes > LIMITS.payloadBytesMax) throw new OutputTooLarge();
    this.#text += this.#decoder.decode(data, { stream: true });
  }
}

/** Standard error: the function's log, line by line. */
export class LogPipe extends Pipe {
  readonly #decoder = new TextDecoder();
  #line = "";
  readonly lastLines: string[] = [];

  end(): void {
    this.#line += this.#decoder.decode();
    if (this.#line !== "") this.#flush(this.#line);
    this.#line = "";
  }

  protected take(data: Uint8Array): void {
    const lines = (this.#line + this.#decoder.decode(data, { stream: true })).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#flush(line);
    if (this.#line.length < LIMITS.logLineBytes) return;
    this.#flush(this.#line);
    this.#line = "";
  }

  #flush(line: string): void {
    writeLog("INFO", line);
    this.lastLines.push(line.slice(0, LIMITS.errorTextChars / LAST_LINES));
    if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
  }
}
