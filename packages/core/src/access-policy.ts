import type { AccessKey } from "./stores.ts";

/**
 * What a key may do: statements as IAM has them. Nothing is allowed unless a statement allows it, and a statement that
 * denies wins over all that allow. In actions and resources `*` stands for any text and `?` for one character.
 */
export interface PolicyStatement {
  readonly effect: "Allow" | "Deny";
  /** `lambda:Invoke*`; whatever the case. */
  readonly actions: readonly string[];
  /** `arn:aws:lambda:*:*:function:thumb*`; `*` for what belongs to no function. */
  readonly resources: readonly string[];
}

export const POLICY_LIMITS = { statements: 20, patternsPerStatement: 20, patternChars: 256 } as const;

export const POLICY_PRESETS = ["admin", "deploy", "invoke", "read"] as const;
export type PolicyPreset = (typeof POLICY_PRESETS)[number];

/** Services other than `iam` and `organizations`, which are about who may do what. */
const DATA_SERVICES = ["lambda", "logs", "sqs", "kinesis", "scheduler", "events", "sluice"];

const PRESET_ACTIONS: Readonly<Record<PolicyPreset, readonly string[]>> = {
  admin: ["*"],
  deploy: DATA_SERVICES.map((service) => `${service}:*`),
  invoke: ["lambda:Invoke*", "sluice:GetInvocation"],
  read: [
    ...["Get*", "List*", "Describe*", "Filter*"].flatMap((verb) =>
      DATA_SERVICES.map((service) => `${service}:${verb}`),
    ),
    "sluice:Read*",
  ],
};

/** Access to everything of the tenant: what the first key of a tenant has. */
export const ADMIN_POLICY: readonly PolicyStatement[] = presetPolicy("admin");

/**
 * Statements of a preset, for everything or for the functions whose names match one of the patterns: then what is about
 * no function in particular, such as listing them all, is out of reach.
 */
export function presetPolicy(preset: PolicyPreset, functions?: readonly string[]): readonly PolicyStatement[] {
  const actions = PRESET_ACTIONS[preset];
  if (functions === undefined) return [{ effect: "Allow", actions, resources: ["*"] }];
  const resources = functions.flatMap((pattern) => {
    const arn = `arn:aws:lambda:*:*:function:${pattern}`;
    return [arn, `${arn}:*`];
  });
  return [{ effect: "Allow", actions: preset === "admin" ? PRESET_ACTIONS.deploy : actions, resources }];
}

export type AccessDecision = "allowed" | "denied" | "not-allowed";

export function decideAccess(policies: readonly PolicyStatement[], action: string, resource: string): AccessDecision {
  const applying = policies.filter((statement) => applies(statement, action.toLowerCase(), resource));
  if (applying.some(({ effect }) => effect === "Deny")) return "denied";
  return applying.length > 0 ? "allowed" : "not-allowed";
}

export function isAllowed(policies: readonly PolicyStatement[], action: string, resource: string): boolean {
  return decideAccess(policies, action, resource) === "allowed";
}

/** Whether nothing is beyond these statements: who has such a key can never be locked out. */
export function isAdmin(policies: readonly PolicyStatement[]): boolean {
  const isAll = ({ actions, resources }: PolicyStatement): boolean => actions.includes("*") && resources.includes("*");
  return policies.some(isAll) && policies.every(({ effect }) => effect === "Allow");
}

/** Whether the key may be used at all. */
export function isUsable(key: AccessKey, now: number): boolean {
  return !key.disabled && (key.expiresAt === null || key.expiresAt > now);
}

function applies({ actions, resources }: PolicyStatement, action: string, resource: string): boolean {
  return (
    actions.some((pattern) => matchesWildcard(pattern.toLowerCase(), action)) &&
    resources.some((pattern) => matchesWildcard(pattern, resource))
  );
}

/**
 * Goes back to the last `*` only: what an earlier one took never needs to be tried again. Hence at most pattern times
 * text steps, whatever the pattern; both are short.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === "*") {
      star = inPattern;
      resumeAt = at;
      inPattern += 1;
    } else if (wanted === "?" || wanted === text[at]) {
      inPattern += 1;
      at += 1;
    } else if (star < 0) return false;
    else {
      inPattern = star + 1;
      resumeAt += 1;
      at = resumeAt;
    }
  }
  while (pattern[inPattern] === "*") inPattern += 1;
  return inPattern === pattern.length;
}
