import { domException } from "../../lazy.ts";
import { refusalOf } from "../host.ts";

export const dataError = (message: string): Error => domException(message, "DataError");
export const operationError = (message: string): Error => domException(message, "OperationError");
export const notSupported = (message: string): Error => domException(message, "NotSupportedError");
export const invalidAccess = (message: string): Error => domException(message, "InvalidAccessError");
export const badUsages = (message: string): Error => domException(message, "SyntaxError");

/** Runs what reads a key: the standard's DataError when it cannot be read. */
export function readingKey<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === "unsupported-key") {
      throw notSupported("The key is of a kind, a curve or a size that is not supported (RSA: 512 to 4096 bits)");
    }
    if (refusal === "bad-key" || refusal === "failed") throw dataError("The key data cannot be read");
    throw error;
  }
}

/** The standard's OperationError for whatever the host refused; other errors pass. */
export function operating<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw operationFault(error);
  }
}

export function operationFault(error: unknown): unknown {
  switch (refusalOf(error)) {
    case "too-costly":
      return operationError("The operation asks for more work or data than a function may have done at once");
    case "failed":
    case "bad-request":
    case "bad-key":
    case "unsupported-key":
      return operationError("The operation failed");
    case undefined:
      return error;
    default:
      return error;
  }
}
