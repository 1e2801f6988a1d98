import { reportUncaught } from "../lambda/uncaught.ts";
import { type Frame, swapFrame } from "../node/async/async-context.ts";
import { IntrinsicTypeError, reflectApply } from "../primordials.ts";

export type Callback = (...args: unknown[]) => unknown;

export function checkCallback(callback: unknown): Callback {
  if (typeof callback === "function") return callback as Callback;
  const error = new IntrinsicTypeError(
    `The "callback" argument must be of type function. Received ${callback === null ? "null" : typeof callback}`,
  ) as Error & { code?: string };
  error.code = "ERR_INVALID_ARG_TYPE";
  throw error;
}

/** Everything that user code throws from a callback of ours ends here, never in the host. */
export function runCallback(callback: Callback, self: unknown, args: unknown[], frame: Frame): void {
  const before = swapFrame(frame);
  try {
    reflectApply(callback, self, args);
  } catch (error) {
    reportUncaught(error);
  }
  swapFrame(before);
}
