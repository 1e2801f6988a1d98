import type { EgressDenial } from "@sluice/core";
import { type GuestReply, refuse } from "./guest-call.ts";

/** A rule of ours was met; its message is for the author of the function. */
export class EgressDenied extends Error {
  override readonly name = "EgressDenied";
  /** The egress rule; undefined where no rule but the request itself was at fault. */
  readonly denial: EgressDenial | undefined;

  constructor(message: string, denial?: EgressDenial) {
    super(message);
    this.denial = denial;
  }
}

/** Too much at once, or more than a limit allows. */
export class EgressLimit extends Error {
  override readonly name = "EgressLimit";
}

/** What the other side, or the way to it, did. */
export interface NetworkFault {
  readonly code: string;
  readonly message: string;
  readonly denial?: EgressDenial | undefined;
}

/** Says what went wrong without anything of this process: the first of an error's causes that a guest may know. */
export function readFault(error: unknown): NetworkFault {
  let code: string | undefined;
  for (let cause = error, depth = 0; isErrorLike(cause) && depth < 8; cause = cause.cause, depth++) {
    if (cause instanceof EgressDenied) {
      return { code: "Egress.Denied", message: cause.message, denial: cause.denial };
    }
    if (cause instanceof EgressLimit) return { code: "Egress.Limit", message: cause.message };
    // One attempt for each address of a name.
    const [inner] = cause.errors ?? [];
    if (inner !== undefined) return readFault(inner);
    if (typeof cause.code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(cause.code)) code ??= cause.code;
  }
  if (code === undefined) return { code: "Egress.Failed", message: "the connection failed" };
  return { code, message: explainCode(code, error) };
}

interface ErrorLike {
  readonly message: string;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === "object" && value !== null && "message" in value;
}

/** Answers a call with a fault as an Error of that class; for HTTP a TypeError, as the Fetch standard has it. */
export function refuseWithFault(name: "Error" | "TypeError", error: unknown): GuestReply {
  const { code, message, denial } = readFault(error);
  return { ...refuse(name, message, code), denial };
}

/** OpenSSL's texts name certificates and hosts only, and without them nobody finds the fault. */
function explainCode(code: string, error: unknown): string {
  const isTls = /CERT|SSL|TLS|SELF_SIGNED|VERIFY|ALTNAME/.test(code);
  if (isTls && isErrorLike(error)) return error.message.slice(0, 500);
  return EXPLANATIONS[code] ?? code;
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect ECONNREFUSED: nothing listens there",
  ECONNRESET: "read ECONNRESET: the other side broke the connection off",
  EPIPE: "write EPIPE: the other side has closed the connection",
  ENOTFOUND: "getaddrinfo ENOTFOUND: no such host",
  EAI_AGAIN: "getaddrinfo EAI_AGAIN: the name server did not answer",
  ETIMEDOUT: "connect ETIMEDOUT: no answer in time",
  EHOSTUNREACH: "connect EHOSTUNREACH: no way to that host",
  ENETUNREACH: "connect ENETUNREACH: no way to that network",
  UND_ERR_CONNECT_TIMEOUT: "connect timed out",
  UND_ERR_HEADERS_TIMEOUT: "no response came in time",
  UND_ERR_BODY_TIMEOUT: "the response's body stopped coming",
  UND_ERR_SOCKET: "other side closed",
  UND_ERR_HEADERS_OVERFLOW: "the response's headers are too large",
};
