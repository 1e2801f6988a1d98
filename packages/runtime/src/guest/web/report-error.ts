import { reportUncaught } from "../lambda/uncaught.ts";
import { IntrinsicTypeError, reflectApply } from "../primordials.ts";

/** Hands an error to `globalThis.onerror` if there is one; what it does not take care of is an uncaught error. */
export function reportError(error: unknown): void {
  if (arguments.length === 0) throw new IntrinsicTypeError("reportError needs an error");
  const { onerror } = globalThis as { onerror?: unknown };
  if (typeof onerror === "function") {
    const message = error instanceof Error ? `Uncaught ${error.name}: ${error.message}` : "Uncaught";
    if (reflectApply(onerror as () => unknown, globalThis, [message, "", 0, 0, error]) === true) return;
  }
  reportUncaught(error);
}
