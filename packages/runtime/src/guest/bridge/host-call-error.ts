import type { HostCallFailure } from "@sluice/core";
import {
  defineHidden,
  IntrinsicError,
  IntrinsicRangeError,
  IntrinsicSyntaxError,
  IntrinsicTypeError,
  jsonParse,
} from "../primordials.ts";
import { domException } from "../lazy.ts";

export function parseHostCallFailure(json: string): HostCallFailure {
  try {
    return jsonParse(json) as HostCallFailure;
  } catch {
    return { name: "Error", message: "the host call failed", code: "HostCall.Failed" };
  }
}

/** An Error of the class that the host named, with its stable `code` as a property of its own. */
export function hostCallError(failure: HostCallFailure): Error {
  const error = errorOf(failure.name, failure.message);
  defineHidden(error, "code", failure.code);
  return error;
}

function errorOf(name: string, message: string): Error {
  switch (name) {
    case "Error":
      return new IntrinsicError(message);
    case "TypeError":
      return new IntrinsicTypeError(message);
    case "RangeError":
      return new IntrinsicRangeError(message);
    case "SyntaxError":
      return new IntrinsicSyntaxError(message);
    case "AbortError":
    case "DataError":
    case "InvalidAccessError":
    case "InvalidStateError":
    case "NetworkError":
    case "NotAllowedError":
    case "NotSupportedError":
    case "OperationError":
    case "QuotaExceededError":
    case "SecurityError":
    case "TimeoutError":
      return domException(message, name);
  }
  const error = new IntrinsicError(message);
  defineHidden(error, "name", name);
  return error;
}
