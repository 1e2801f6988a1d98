import { PlatformError } from "@sluice/core";

/** Error replies that say the server has no room, and those that say it cannot serve now. */
const FULL = /^(OOM|MISCONF)\b|No space left on device/;
const AWAY =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|UNBLOCKED|NOAUTH|WRONGPASS|NOPERM)\b|max number of clients/;
/** What ioredis says of a connection that is gone; errors of the socket itself carry a `syscall`. */
const GONE =
  /Connection is closed|Stream isn't writeable|max retries per request|aborted due to connection close|timeout/i;

/** What a failed Redis command means to callers: full, away, or a defect of ours. */
export function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const message = messageOf(error);
  if (FULL.test(message)) return new PlatformError("Service.StorageFull", undefined, { cause: error });
  if (AWAY.test(message) || isConnectionLost(error)) return unavailable(error);
  return new PlatformError("Internal.Error", undefined, { cause: error });
}

export function unavailable(cause?: unknown): PlatformError {
  return new PlatformError("Service.Unavailable", undefined, { cause });
}

/** The command got no answer, as opposed to an error as its answer. */
export function isConnectionLost(error: unknown): boolean {
  return !isReply(error) && (GONE.test(messageOf(error)) || memberOf(error, "syscall") !== undefined);
}

export function isReply(error: unknown): boolean {
  return memberOf(error, "name") === "ReplyError";
}

/** BullMQ's codes for a job that is gone, or whose lock is gone, taken over or finished with. */
export function isLeaseLost(error: unknown): boolean {
  const code = memberOf(error, "code");
  return (
    code === -1 || code === -2 || code === -3 || code === -6 || messageOf(error).startsWith("could not renew lock")
  );
}

export function messageOf(error: unknown): string {
  const message = memberOf(error, "message");
  return typeof message === "string" ? message : String(error);
}

function memberOf(error: unknown, name: "message" | "name" | "code" | "syscall"): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  return (error as { readonly [key in typeof name]?: unknown })[name];
}
