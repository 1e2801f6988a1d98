import { createContext, Script } from "node:vm";

/** Invocations that a guest may have claimed and not yet been given. */
export const CLAIM_SLOTS = 256;
/** What stack traces call the platform's own code. */
export const PRELUDE_NAME = "sluice:prelude";

/**
 * V8's code cache of the prelude, made after a boot in a throw-away context, so that the functions which every boot
 * calls are compiled in it too: that halves the time from isolate to first handler.
 */
export function makeCodeCache(source: string): Buffer {
  const script = new Script(source, { filename: PRELUDE_NAME });
  const boot = script.runInContext(createContext()) as (...host: unknown[]) => unknown;
  boot(
    () => undefined,
    () => "",
    new Int32Array(new SharedArrayBuffer(CLAIM_SLOTS * Int32Array.BYTES_PER_ELEMENT)),
  );
  return script.createCachedData();
}
