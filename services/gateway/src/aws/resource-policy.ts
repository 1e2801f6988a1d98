import type { PermissionPolicy } from "@sluice/core";

export interface PolicyQuestion {
  /** `lambda:InvokeFunction` */
  readonly action: string;
  /** ARN of the identity that asks. */
  readonly principal: string;
}

/**
 * Whether a function's resource policy lets an identity of this account do something. Statements with conditions are for
 * services of AWS that call functions; what they compare with is not known here, so they permit nothing.
 */
export function permits({ statements }: PermissionPolicy, question: PolicyQuestion): boolean {
  const matching = statements.filter(({ document }) => applies(document, question));
  return matching.length > 0 && matching.every(({ document }) => document["Effect"] === "Allow");
}

function applies(document: Readonly<Record<string, unknown>>, { action, principal }: PolicyQuestion): boolean {
  if (document["Effect"] === "Allow" && document["Condition"] !== undefined) return false;
  return (
    toList(document["Action"]).some((given) => matchesAction(given, action)) && names(document["Principal"], principal)
  );
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
