import { describeError, framesOf } from "../lambda/function-error.ts";
import { propertyParts, propertyText } from "./inspect-parts.ts";
import type { Shape } from "./inspect-layout.ts";
import type { Inspection } from "./inspection.ts";

/** The stack, then what else the error carries: its own properties, its cause, the errors of an AggregateError. */
export function inspectError(inspection: Inspection, error: Error, depth: number): Shape | string {
  const { errorType, errorMessage } = describeError(error);
  const heading = errorMessage === "" ? errorType : `${errorType}: ${errorMessage}`;
  const frames = framesOf(error);
  const stack = frames === "" ? `[${heading}]` : heading + frames;
  const base = stack.replaceAll("\n", `\n${" ".repeat(inspection.indent)}`);
  const parts = (at: number): string[] => [
    ...propertyParts(inspection, error, at).filter((part) => !/^(?:stack|message|name): /.test(part)),
    ...hiddenParts(inspection, error, at),
  ];
  if (depth > inspection.depth || parts(depth + 1).length === 0) return base;
  return { base, open: "{", close: "}", isList: false, name: errorType, parts };
}

function hiddenParts(inspection: Inspection, error: Error, depth: number): string[] {
  const parts: string[] = [];
  for (const key of ["cause", "errors"]) {
    const descriptor = Object.getOwnPropertyDescriptor(error, key);
    if (descriptor === undefined || descriptor.enumerable === true) continue;
    parts.push(`[${key}]: ${propertyText(inspection, descriptor, depth)}`);
  }
  return parts;
}
