import { describeError, framesOf } from "../lambda/function-error.ts";
import { type Inspection, inspectValue } from "./inspect.ts";
import { inspectProperties, join } from "./inspect-parts.ts";

/** Stack, then what else the error carries: own properties, its cause, the errors of an AggregateError. */
export function inspectError(error: Error, inner: Inspection): string {
  const { errorType, errorMessage } = describeError(error);
  const heading = errorMessage === "" ? errorType : `${errorType}: ${errorMessage}`;
  const frames = framesOf(error);
  let shown = frames === "" ? `[${heading}]` : heading + frames;
  if (inner.indent > 2) shown = shown.replaceAll("\n", `\n${" ".repeat(inner.indent - 2)}`);
  if (inner.depth < -1) return shown;
  const parts = inspectProperties(error, inner).filter((part) => !/^(stack|message|name): /.test(part));
  for (const key of ["cause", "errors"]) {
    const descriptor = Object.getOwnPropertyDescriptor(error, key);
    if (descriptor !== undefined && !descriptor.enumerable && "value" in descriptor) {
      parts.push(`[${key}]: ${inspectValue(descriptor.value, inner)}`);
    }
  }
  return parts.length === 0 ? shown : join(`${shown} `, "{", parts, "}", { ...inner, indent: Math.max(inner.indent, 2) });
}
