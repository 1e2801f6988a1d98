import type { PermissionPolicy, PermissionStatement } from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";

/** The longest policy of one resource (Lambda: 20 KB). */
const POLICY_BYTES_MAX = 20_480;

export interface NewStatement {
  readonly sid: string;
  readonly action: string;
  readonly principal: string;
  readonly resource: string;
  readonly condition: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** @throws LambdaError InvalidParameterValueException */
export function toStatement({ sid, action, principal, resource, condition }: NewStatement): PermissionStatement {
  return {
    sid,
    document: {
      Sid: sid,
      Effect: "Allow",
      Principal: toPrincipal(principal),
      Action: action,
      Resource: resource,
      ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
    },
  };
}

/** A service, an account, or an identity within one. */
function toPrincipal(text: string): unknown {
  if (text === "*") return "*";
  if (/^\d{12}$/.test(text)) return { AWS: `arn:aws:iam::${text}:root` };
  if (text.startsWith("arn:")) return { AWS: text };
  if (/^[\w.-]+\.amazonaws\.com(\.cn)?$/.test(text)) return { Service: text };
  throw new LambdaError(
    "InvalidParameterValueException",
    "The provided principal was invalid. Please check the principal and try again.",
  );
}

/** @throws LambdaError PolicyLengthExceededException, ResourceConflictException */
export function withStatement(
  policy: PermissionPolicy | null,
  statement: PermissionStatement,
  revisionId: string,
): PermissionPolicy {
  const statements = policy?.statements ?? [];
  if (statements.some(({ sid }) => sid === statement.sid)) {
    throw new LambdaError(
      "ResourceConflictException",
      `The statement id (${statement.sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const next = { revisionId, statements: [...statements, statement] };
  if (Buffer.byteLength(formatPolicy(next)) > POLICY_BYTES_MAX) {
    throw new LambdaError(
      "PolicyLengthExceededException",
      `The final policy size is bigger than the limit (${POLICY_BYTES_MAX}).`,
    );
  }
  return next;
}

/** Null when the last statement went. @throws LambdaError ResourceNotFoundException */
export function withoutStatement(
  policy: PermissionPolicy | null,
  sid: string,
  revisionId: string,
): PermissionPolicy | null {
  const statements = policy?.statements.filter((statement) => statement.sid !== sid) ?? [];
  if (policy === null || statements.length === policy.statements.length) {
    throw new LambdaError("ResourceNotFoundException", `Statement ${sid} is not found in resource policy.`);
  }
  return statements.length === 0 ? null : { revisionId, statements };
}

/** The policy as the text that clients get. */
export function formatPolicy({ statements }: PermissionPolicy): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "default",
    Statement: statements.map(({ document }) => document),
  });
}

/** @throws LambdaError InvalidParameterValueException, PolicyLengthExceededException */
export function parsePolicy(text: string, revisionId: string): PermissionPolicy {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) {
    throw new LambdaError("PolicyLengthExceededException", `A policy has at most ${POLICY_BYTES_MAX} bytes.`);
  }
  const found = readStatements(text);
  const statements = found.map((document, index) => {
    const { Sid: sid, Effect: effect } = document;
    if (effect !== "Allow" && effect !== "Deny") throw malformed(`statement ${index + 1} has no Effect`);
    return { sid: typeof sid === "string" ? sid : `statement-${index + 1}`, document };
  });
  return { revisionId, statements };
}

function readStatements(text: string): readonly Readonly<Record<string, unknown>>[] {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformed("it is not JSON");
  }
  const statement = (policy as { readonly Statement?: unknown } | null)?.Statement;
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (list.length === 0 || !list.every((item) => typeof item === "object" && item !== null)) {
    throw malformed("it has no Statement");
  }
  return list as readonly Readonly<Record<string, unknown>>[];
}

function malformed(why: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", `The policy is malformed: ${why}.`);
}
