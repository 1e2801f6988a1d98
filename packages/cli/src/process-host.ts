import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import type { CliHost, InputStream, OutputStream } from "./cli-host.ts";

/** The real world for a command: this process. */
export function createProcessHost(process: NodeJS.Process, signal: AbortSignal): CliHost {
  return {
    args: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    stdin: inputStream(process),
    fetch: globalThis.fetch,
    now: Date.now,
    sleep: (ms, until) => wait(ms, undefined, { signal: until }).catch(() => undefined),
    signal,
  };
}

function outputStream(stream: NodeJS.WriteStream): OutputStream {
  return { isTty: stream.isTTY, write: (chunk) => void stream.write(chunk) };
}

function inputStream({ stdin, stderr }: NodeJS.Process): InputStream {
  return {
    isTty: stdin.isTTY,
    readAll: () => text(stdin),
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
  };
}
