/** What a caller names a function by. Whose function and which region it means is for the reader to check. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier: string | undefined;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
}

/** Longer than any that the model takes, and short enough to be matched. */
const REFERENCE_MAX = 400;
const REFERENCE =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/**
 * Reads `name`, `name:qualifier`, `123456789012:function:name`, a whole ARN and what lies between; undefined when it is
 * none of these. As AWS's own pattern does, it takes a part that may be left out for that part first.
 */
export function parseFunctionReference(text: string): FunctionReference | undefined {
  const match = text.length > REFERENCE_MAX ? null : REFERENCE.exec(text);
  const name = match?.[3];
  if (match === null || name === undefined) return undefined;
  return { name, qualifier: match[4], region: match[1], accountId: match[2] };
}
