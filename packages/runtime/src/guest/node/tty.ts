import { unavailableAll } from "./unavailable.ts";

/** `node:tty`: a function never has a terminal. */
export const tty = {
  ...unavailableAll("tty", ["ReadStream", "WriteStream"], "a function has no terminal; write to process.stdout"),
  isatty: (): boolean => false,
};
