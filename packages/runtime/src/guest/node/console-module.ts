import { createConsole } from "../console/console.ts";

interface Output {
  write(text: string): unknown;
}

interface ConsoleOptions {
  readonly stdout: Output;
  readonly stderr?: Output;
}

/** `console.Console`: a console over streams of the user's choice. */
// oxlint-disable-next-line typescript/no-extraneous-class -- users call it with new
export class Console {
  constructor(options: ConsoleOptions | Output, errors?: Output) {
    const { stdout, stderr = stdout } = "stdout" in options ? options : { stdout: options, stderr: errors ?? options };
    const isError = (level: string): boolean => level === "WARN" || level === "ERROR" || level === "TRACE";
    Object.assign(
      this,
      createConsole((level, text) => void (isError(level) ? stderr : stdout).write(`${text}\n`)),
    );
  }
}
