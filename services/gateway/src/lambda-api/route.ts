import { OPERATIONS } from "./model/operations.ts";
import type { OperationModel } from "./model/shape.ts";

export type OperationName = keyof typeof OPERATIONS;

export interface Route {
  readonly operation: OperationName;
  /** As in the path, percent escapes decoded. */
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** `malformed`: a percent escape in the path is none. */
export type RouteResult = Route | "unknown" | "malformed";

interface Candidate {
  readonly operation: OperationName;
  readonly labelNames: readonly string[];
  /** The query that tells this operation from another at the same path. */
  readonly fixed: readonly (readonly [name: string, value: string])[];
}

interface Node {
  readonly literals: Map<string, Node>;
  label: Node | undefined;
  readonly byMethod: Map<string, Candidate[]>;
}

const LAMBDA_PATH = /^\/\d{4}-\d{2}-\d{2}\//;
const NO_QUERY = new URLSearchParams();
const ROOT = buildTree();

/** Whether this address belongs to the Lambda API: all of its paths begin with a date. */
export function isLambdaPath(url: string): boolean {
  return LAMBDA_PATH.test(url);
}

/**
 * Which operation a request asks for. A slash at the end does not matter: older clients send one. Neither a wrong method
 * nor a wrong path is told from the other, as on AWS.
 */
export function route(method: string, url: string): RouteResult {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const values: string[] = [];
  const node = walk(path, values);
  const candidates = node?.byMethod.get(method);
  if (candidates === undefined) return "unknown";
  const query = mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
  const found = candidates.find(({ fixed }) => fixed.every(([name, value]) => query.get(name) === value));
  if (found === undefined) return "unknown";
  const labels: Record<string, string> = {};
  for (const [at, name] of found.labelNames.entries()) {
    const value = decode(values[at] ?? "");
    if (value === undefined) return "malformed";
    labels[name] = value;
  }
  return { operation: found.operation, labels, query };
}

/** Puts what stands for a label into `values`, in order. No label is ever empty. */
function walk(path: string, values: string[]): Node | undefined {
  if (!path.startsWith("/")) return undefined;
  const end = path.length > 1 && path.endsWith("/") ? path.length - 1 : path.length;
  let node: Node | undefined = ROOT;
  for (let start = 1; node !== undefined && start <= end; ) {
    const slash = path.indexOf("/", start);
    const stop: number = slash < 0 || slash > end ? end : slash;
    const segment = path.slice(start, stop);
    const literal: Node | undefined = node.literals.get(segment);
    if (literal === undefined) {
      if (segment === "") return undefined;
      values.push(segment);
    }
    node = literal ?? node.label;
    start = stop + 1;
  }
  return node;
}

function decode(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function buildTree(): Node {
  const root = newNode();
  for (const [name, { method, uri }] of Object.entries<OperationModel>(OPERATIONS)) {
    const [path = "", query = ""] = uri.split("?");
    const labelNames: string[] = [];
    let node = root;
    for (const segment of path.slice(1).split("/")) {
      if (segment.startsWith("{")) labelNames.push(segment.slice(1, -1));
      node = childOf(node, segment);
    }
    const candidates = node.byMethod.get(method) ?? [];
    candidates.push({ operation: name as OperationName, labelNames, fixed: [...new URLSearchParams(query)] });
    candidates.sort((one, other) => other.fixed.length - one.fixed.length);
    node.byMethod.set(method, candidates);
  }
  return root;
}

function childOf(node: Node, segment: string): Node {
  if (segment.startsWith("{")) {
    node.label ??= newNode();
    return node.label;
  }
  const child = node.literals.get(segment) ?? newNode();
  node.literals.set(segment, child);
  return child;
}

function newNode(): Node {
  return { literals: new Map(), label: undefined, byMethod: new Map() };
}
