import { PlatformError } from "@sluice/core";

/** Redis refuses writes: `maxmemory` reached, or its disk failed. Before Redis 7, scripts wrap the code in a message. */
const FULL = /(^|[-\s])(OOM|MISCONF) /;
/** States of a server that passes; the caller may try again. */
const PASSING = /(^|[-\s])(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|UNBLOCKED) /;
const REFUSED = /^(NOAUTH|WRONGPASS|NOPERM) /;

/**
 * The one mapping from what ioredis throws to what the platform says. Error replies of the server that mean a fault of
 * ours become Internal.Error; everything without a reply (refused, closed, timed out) is Service.Unavailable.
 */
export function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (!(error instanceof Error)) return new PlatformError("Internal.Error", undefined, { cause: error });
  if (FULL.test(error.message)) return new PlatformError("Service.StorageFull", undefined, { cause: error });
  if (REFUSED.test(error.message)) {
    return new PlatformError("Service.Unavailable", "Redis refuses the user name or password of its address.", {
      cause: error,
    });
  }
  const answered = error.name === "ReplyError" && !PASSING.test(error.message);
  return new PlatformError(answered || isOurFault(error) ? "Internal.Error" : "Service.Unavailable", undefined, {
    cause: error,
  });
}

function isOurFault(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}

/** Awaits a command. @throws PlatformError Service.Unavailable, Service.StorageFull, Internal.Error */
export async function reply<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    throw toPlatformError(error);
  }
}
