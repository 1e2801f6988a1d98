/** A child process that is up and ready. */
export interface RunningProcess {
  readonly pid: number;
  /** Where it can be reached; null when it serves nobody. */
  readonly address: string | null;
  /** Resolves with how it ended ("exit code 1", "SIGKILL"); never rejects. */
  readonly exited: Promise<string>;
  /** Asks it to finish, and insists when it does not in time. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}
