import { guestProcess } from "../../node/process.ts";
import { type Callback, nodeFault } from "./node-error.ts";

/** Node's way with callbacks: called once, later, and what the callback throws is not this promise's business. */
export function settle<T>(callback: Callback<[T]>, run: () => Promise<T>): void {
  const call = callback as (error: unknown, result?: T) => void;
  const later = guestProcess.nextTick as (task: () => void) => void;
  run().then(
    (result) => later(() => call(null, result)),
    (error: unknown) => later(() => call(nodeFault(error))),
  );
}
