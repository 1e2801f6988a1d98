export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A fault to tell the user about: what is wrong and where, and how to put it right. */
export class CliError extends Error {
  readonly fix: string;
  readonly exitCode: number;

  constructor(message: string, fix: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = "CliError";
    this.fix = fix;
    this.exitCode = exitCode;
  }
}
