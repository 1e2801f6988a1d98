import type { PermissionPolicy } from "@sluice/core";

export interface PolicyQuestion {
  /** `lambda:InvokeFunction` */
  readonly action: string;
  /** ARN of the identity that asks. */
  readonly principal: string;
  /** What is known of the call, for conditions to compare with. */
  readonly context?: PolicyContext;
}

/** `{ "lambda:FunctionUrlAuthType": "AWS_IAM" }` */
export type PolicyContext = Readonly<Record<string, string>>;

/**
 * Whether a function's resource policy lets an identity of this account do something. Conditions that
 * compare with what is not known here, as those for services of AWS that call functions, permit nothing and forbid always.
 */
export function permits({ statements }: PermissionPolicy, question: PolicyQuestion): boolean {
  const matching = statements.filter(({ document }) => applies(document, question));
  return matching.length > 0 && matching.every(({ document }) => document["Effect"] === "Allow");
}

function applies(document: Readonly<Record<string, unknown>>, question: PolicyQuestion): boolean {
  const { action, principal, context = {} } = question;
  const holds = conditionHolds(document["Condition"], context) ?? document["Effect"] !== "Allow";
  return (
    holds &&
    toList(document["Action"]).some((given) => matchesAction(given, action)) &&
    names(document["Principal"], principal)
  );
}

/** Undefined: nobody can say, as it compares in another way or with something else. */
function conditionHolds(condition: unknown, context: PolicyContext): boolean | undefined {
  if (condition === undefined) return true;
  if (typeof condition !== "object" || condition === null) return undefined;
  let unknown = false;
  for (const [operator, tests] of Object.entries(condition)) {
    const comparable = operator === "StringEquals" || operator === "Bool";
    for (const [key, wanted] of Object.entries((tests ?? {}) as object)) {
      const actual = Object.hasOwn(context, key) ? context[key] : undefined;
      if (!comparable || actual === undefined) unknown = true;
      else if (!toList(wanted).some((one) => String(one) === actual)) return false;
    }
  }
  return unknown ? undefined : true;
}

function matchesAction(given: unknown, action: string): boolean {
  if (typeof given !== "string") return false;
  if (given === "*" || given === action) return true;
  return given.endsWith("*") && action.startsWith(given.slice(0, -1));
}

/** Everybody, the account as a whole, or the identity itself. */
function names(given: unknown, principal: string): boolean {
  if (given === "*") return true;
  if (typeof given !== "object" || given === null || !("AWS" in given)) return false;
  const root = principal.replace(/:user\/.*$/, ":root");
  const account = /::(\d{12}):/.exec(principal)?.[1];
  return toList(given.AWS).some((one) => one === "*" || one === principal || one === root || one === account);
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
