/**
 * Filter patterns of event sources, as Lambda takes them: an object whose leaves are lists of what a value may be.
 *
 * 1. A pattern is read once and then only looked up: nothing of it is interpreted as code or as a regular expression.
 * 2. Matching visits each place of the pattern once for each place of the event that its path leads to, so its time
 *    grows with their product; past `STEPS_MAX` it ends, and the event passes: a function that sees too much loses
 *    nothing, and the worker's other tenants do not wait.
 */
export type EventPattern = (event: unknown) => boolean;

export const PATTERN_CHARS_MAX = 4_096;
const DEPTH_MAX = 32;
/** Of one pattern: tests other than equality, each of which is tried by itself. */
const OPERATORS_MAX = 100;
const CHARS_PER_STEP = 256;
/** Of one pattern on one event: places visited; a step for each 256 characters that are compared. */
const STEPS_MAX = 100_000;

/** What is wrong with a pattern, for the one who wrote it. */
export class PatternFault extends Error {
  override readonly name = "PatternFault";
}

type Leaf = (value: unknown) => boolean;
interface Budget {
  operators: number;
  /** Left for the event that is being looked at; below zero, everything matches. */
  steps: number;
}

/** @throws PatternFault */
export function compileEventPattern(text: string): EventPattern {
  if (text.length > PATTERN_CHARS_MAX) throw new PatternFault(`it is longer than ${PATTERN_CHARS_MAX} characters`);
  const budget: Budget = { operators: OPERATORS_MAX, steps: 0 };
  const matches = compileObject(parse(text), 0, budget);
  return (event) => {
    budget.steps = STEPS_MAX;
    return matches(event) || budget.steps < 0;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PatternFault("it is not JSON");
  }
}

function compileObject(pattern: unknown, depth: number, budget: Budget): EventPattern {
  if (!isObject(pattern)) throw new PatternFault("it must be an object");
  if (depth > DEPTH_MAX) throw new PatternFault("it is nested too deeply");
  const tests = Object.entries(pattern).map(([key, rule]) => {
    if (key === "$or" && isAlternatives(rule)) return compileOr(rule, depth, budget);
    const matches = Array.isArray(rule) ? compileLeaves(rule, budget) : throughLists(rule, depth, budget);
    return (event: unknown): boolean => isSpent(budget, 1) || matches(fieldOf(event, key));
  });
  if (tests.length === 0) throw new PatternFault("an object in it is empty");
  return (event) => tests.every((test) => test(event));
}

function isSpent(budget: Budget, steps: number): boolean {
  budget.steps -= steps;
  return budget.steps < 0;
}

/** Two objects or more; anything else is a list of values of a field that is called `$or`. */
function isAlternatives(rule: unknown): rule is unknown[] {
  return Array.isArray(rule) && rule.length >= 2 && rule.every((one) => isObject(one) && !isOperator(one));
}

function compileOr(rules: readonly unknown[], depth: number, budget: Budget): EventPattern {
  const patterns = rules.map((rule) => compileObject(rule, depth + 1, budget));
  return (event) => patterns.some((matches) => matches(event));
}

/** A list of objects matches when one of them does. */
function throughLists(rule: unknown, depth: number, budget: Budget): EventPattern {
  const matches = compileObject(rule, depth + 1, budget);
  return (value) => (Array.isArray(value) ? value.some((one) => matches(one)) : matches(value));
}

function compileLeaves(rules: readonly unknown[], budget: Budget): Leaf {
  if (rules.length === 0) throw new PatternFault("a list in it is empty");
  const literals = new Set<unknown>();
  const tests: Leaf[] = [];
  for (const rule of rules) {
    if (isScalar(rule)) literals.add(rule);
    else if ((budget.operators -= 1) < 0) throw new PatternFault(`it has more than ${OPERATORS_MAX} comparisons`);
    else tests.push(compileOperator(rule));
  }
  const matchesOne = (value: unknown): boolean => {
    const cost = typeof value === "string" ? 1 + value.length / CHARS_PER_STEP : 1;
    return isSpent(budget, cost * (1 + tests.length)) || literals.has(value) || tests.some((test) => test(value));
  };
  return (value) => (Array.isArray(value) ? value.some(matchesOne) : matchesOne(value));
}

const OPERATORS: Readonly<Record<string, (operand: unknown) => Leaf>> = {
  prefix: (operand) => textTest("prefix", operand, (value, wanted) => value.startsWith(wanted)),
  suffix: (operand) => textTest("suffix", operand, (value, wanted) => value.endsWith(wanted)),
  "equals-ignore-case": (operand) => {
    const wanted = textOf("equals-ignore-case", operand).toLowerCase();
    return (value) => typeof value === "string" && value.toLowerCase() === wanted;
  },
  exists: (operand) => {
    if (typeof operand !== "boolean") throw new PatternFault("'exists' takes true or false");
    return (value) => (value !== undefined && !isObject(value)) === operand;
  },
  numeric: compileNumeric,
  "anything-but": compileAnythingBut,
};

function isOperator(rule: Readonly<Record<string, unknown>>): boolean {
  const [name, ...others] = Object.keys(rule);
  return name !== undefined && others.length === 0 && Object.hasOwn(OPERATORS, name);
}

function compileOperator(rule: unknown): Leaf {
  const [entry, ...others] = isObject(rule) ? Object.entries(rule) : [];
  const compile = entry !== undefined && Object.hasOwn(OPERATORS, entry[0]) ? OPERATORS[entry[0]] : undefined;
  if (entry === undefined || compile === undefined || others.length > 0) {
    throw new PatternFault(`a comparison is one of ${Object.keys(OPERATORS).join(", ")}`);
  }
  return compile(entry[1]);
}

function textOf(name: string, operand: unknown): string {
  if (typeof operand === "string") return operand;
  throw new PatternFault(`'${name}' takes a string`);
}

function textTest(name: string, operand: unknown, holds: (value: string, wanted: string) => boolean): Leaf {
  if (isObject(operand) && Object.keys(operand).join() === "equals-ignore-case") {
    const wanted = textOf(name, operand["equals-ignore-case"]).toLowerCase();
    return (value) => typeof value === "string" && holds(value.toLowerCase(), wanted);
  }
  const wanted = textOf(name, operand);
  return (value) => typeof value === "string" && holds(value, wanted);
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

function compileNumeric(operand: unknown): Leaf {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4) {
    throw new PatternFault("'numeric' takes one or two pairs of a sign and a number");
  }
  const tests = parts.filter((_, index) => index % 2 === 0).map((sign, index) => compare(sign, parts[index * 2 + 1]));
  return (value) => typeof value === "number" && tests.every((holds) => holds(value));
}

function compare(sign: unknown, bound: unknown): (value: number) => boolean {
  const holds = typeof sign === "string" && Object.hasOwn(COMPARISONS, sign) ? COMPARISONS[sign] : undefined;
  if (holds === undefined || typeof bound !== "number") {
    throw new PatternFault("'numeric' compares with =, <, <=, > or >= to a number");
  }
  return (value) => holds(value, bound);
}

/** True only of a value that is there. */
function compileAnythingBut(operand: unknown): Leaf {
  const isIt = isObject(operand) ? compileExcluded(operand) : excludedValues(operand);
  return (value) => value !== undefined && !isObject(value) && !isIt(value);
}

function compileExcluded(operand: Readonly<Record<string, unknown>>): Leaf {
  const [name = ""] = Object.keys(operand);
  if (!["prefix", "suffix", "equals-ignore-case"].includes(name)) {
    throw new PatternFault("'anything-but' takes values, prefix, suffix or equals-ignore-case");
  }
  return compileOperator(operand);
}

function excludedValues(operand: unknown): Leaf {
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0 || !values.every(isScalar))
    throw new PatternFault("'anything-but' takes one value or a list");
  const excluded = new Set<unknown>(values);
  return (value) => excluded.has(value);
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldOf(event: unknown, key: string): unknown {
  return isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined;
}
