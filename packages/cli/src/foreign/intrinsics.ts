import { type CloudScope, referenceTo } from "./cloud-scope.ts";
import type { Resolution } from "./findings.ts";
import { isMapping, toText } from "./mapping.ts";

const DEEPEST = 50;
const LONGEST_TEXT = 64 * 1024;
const PLACEHOLDER = /\$\{(!?)([^}]*)\}/g;
/** Secrets and parameters that AWS itself puts in. */
const DYNAMIC = /\{\{resolve:([a-z-]+):/;

/** Works out CloudFormation's functions in a value, as far as a template alone tells. `undefined`: `AWS::NoValue`. */
export function resolveIntrinsics(value: unknown, scope: CloudScope, depth = 0): Resolution {
  scope.steps.left -= 1;
  if (depth > DEEPEST || scope.steps.left < 0) return fault("is nested too deeply, or refers to itself");
  if (typeof value === "string") {
    const dynamic = DYNAMIC.exec(value)?.[1];
    return dynamic === undefined ? given(value) : skip(`is kept in AWS (${dynamic})`);
  }
  if (Array.isArray(value)) return resolveList(value, scope, depth + 1);
  if (!isMapping(value)) return given(value);
  const [name = "", ...others] = Object.keys(value);
  if (others.length === 0 && (name === "Ref" || name === "Condition" || name.startsWith("Fn::"))) {
    return call(name, value[name], scope, depth + 1);
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const result = resolveIntrinsics(item, scope, depth + 1);
    if (!result.ok) return result;
    if (result.value !== undefined) resolved[key] = result.value;
  }
  return given(resolved);
}

function resolveList(items: readonly unknown[], scope: CloudScope, depth: number): Resolution {
  const resolved: unknown[] = [];
  for (const item of items) {
    const result = resolveIntrinsics(item, scope, depth);
    if (!result.ok) return result;
    if (result.value !== undefined) resolved.push(result.value);
  }
  return given(resolved);
}

/** Of those with lazy arguments, only what is chosen is worked out. */
function call(name: string, argument: unknown, scope: CloudScope, depth: number): Resolution {
  const resolve = (value: unknown): Resolution => resolveIntrinsics(value, scope, depth);
  if (name === "Ref") return typeof argument === "string" ? refer(argument, scope, depth) : malformed(name);
  if (name === "Fn::GetAtt") return refer(attributeName(argument), scope, depth);
  if (name === "Condition") {
    if (typeof argument !== "string" || !Object.hasOwn(scope.conditions, argument)) return malformed(name);
    return resolve(scope.conditions[argument]);
  }
  if (name === "Fn::If") return choose(argument, resolve);
  if (name === "Fn::Sub") return substitute(argument, scope, depth);
  const eager = EAGER[name];
  if (eager === undefined) return skip(`is answered by AWS alone (${name})`);
  const arguments_ = resolve(argument);
  if (!arguments_.ok) return arguments_;
  const value = eager(arguments_.value, scope);
  if (value === undefined) return malformed(name);
  return typeof value === "string" && value.length > LONGEST_TEXT ? fault("is too long") : given(value);
}

function refer(name: string, scope: CloudScope, depth: number): Resolution {
  return referenceTo(name, scope, (value) => resolveIntrinsics(value, scope, depth));
}

function attributeName(argument: unknown): string {
  return Array.isArray(argument) ? argument.join(".") : String(argument);
}

function choose(argument: unknown, resolve: (value: unknown) => Resolution): Resolution {
  if (!Array.isArray(argument) || argument.length !== 3) return malformed("Fn::If");
  const condition = resolve({ Condition: argument[0] as unknown });
  if (!condition.ok) return condition;
  return resolve(condition.value === true ? argument[1] : argument[2]);
}

function substitute(argument: unknown, scope: CloudScope, depth: number): Resolution {
  const [text, names] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  if (typeof text !== "string" || !isMapping(names)) return malformed("Fn::Sub");
  let failure: Resolution | undefined;
  const filled = text.replace(PLACEHOLDER, (_whole, literal: string, name: string) => {
    if (literal === "!") return `\${${name}}`;
    const key = name.trim();
    const result = Object.hasOwn(names, key) ? resolveIntrinsics(names[key], scope, depth) : refer(key, scope, depth);
    if (result.ok) return plain(result.value) ?? "";
    failure ??= result;
    return "";
  });
  if (failure !== undefined) return failure;
  return filled.length > LONGEST_TEXT ? fault("is too long") : given(filled);
}

/** Given arguments that are worked out; undefined: they are not what the function takes. */
const EAGER: Readonly<Record<string, (argument: unknown, scope: CloudScope) => unknown>> = {
  "Fn::Join": (argument) => {
    if (!Array.isArray(argument) || !Array.isArray(argument[1])) return undefined;
    return (argument[1] as unknown[]).map((item) => plain(item) ?? "").join(String(argument[0]));
  },
  "Fn::Select": (argument) => {
    if (!Array.isArray(argument) || !Array.isArray(argument[1])) return undefined;
    return (argument[1] as unknown[])[Number(argument[0])];
  },
  "Fn::Split": (argument) => {
    if (!Array.isArray(argument) || argument.length !== 2) return undefined;
    return String(argument[1]).split(String(argument[0]));
  },
  "Fn::FindInMap": (argument, { mappings }) => {
    if (!Array.isArray(argument)) return undefined;
    let at: unknown = mappings;
    for (const key of argument.slice(0, 3)) {
      at = isMapping(at) && Object.hasOwn(at, String(key)) ? at[String(key)] : undefined;
    }
    return at;
  },
  "Fn::Base64": (argument) => Buffer.from(String(argument)).toString("base64"),
  "Fn::Equals": (argument) => (Array.isArray(argument) ? plain(argument[0]) === plain(argument[1]) : undefined),
  "Fn::Not": (argument) => (Array.isArray(argument) ? argument[0] !== true : undefined),
  "Fn::And": (argument) => (Array.isArray(argument) ? argument.every((item) => item === true) : undefined),
  "Fn::Or": (argument) => (Array.isArray(argument) ? argument.includes(true) : undefined),
};

/** Text as CloudFormation writes it; lists are joined by commas, as parameters of that type are. */
function plain(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(",");
  return value === undefined || typeof value === "object" ? undefined : toText(value);
}

function given(value: unknown): Resolution {
  return { ok: true, value };
}

function fault(reason: string): Resolution {
  return { ok: false, kind: "fault", reason };
}

function skip(reason: string): Resolution {
  return { ok: false, kind: "skip", reason };
}

function malformed(name: string): Resolution {
  return fault(`uses ${name} in a form that it does not have, or with a name that is nowhere`);
}
