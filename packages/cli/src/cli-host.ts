/** What the command line needs of the world around it; `main.ts` gives it the process, tests give it fakes. */
export interface CliHost {
  /** Arguments after the command's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  /** Resolves early, without an error, when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface OutputStream {
  readonly isTty: boolean;
  write(text: string): void;
}

export interface InputStream {
  readonly isTty: boolean;
  readAll(): Promise<string>;
  /** Prints the question and answers one line. */
  ask(question: string): Promise<string>;
}
