import { type FunctionRef, functionKey } from "./names.ts";

/**
 * The chain of invocations that an invocation belongs to: where it began, and how often it has come through which
 * function. It travels in AWS's header `X-Amzn-Trace-Id` (`Root=…;Lineage=<hash>:<count>|…`), so that a function which
 * calls itself, directly or by others, is found out though nobody sees the whole chain.
 *
 * A chain of more functions than are told apart counts the rest as one, so that it ends as well.
 */
export interface Lineage {
  readonly root: string;
  readonly passes: readonly Pass[];
}

interface Pass {
  /** Of the function's key: 8 hexadecimal digits. */
  readonly hash: string;
  readonly count: number;
}

export const TRACE_HEADER = "x-amzn-trace-id";
/** How often one function may be invoked in one chain (Lambda: about 16). */
export const PASSES_MAX = 16;

const FUNCTIONS_MAX = 32;
const REST = "00000000";
const REST_PASSES_MAX = PASSES_MAX * FUNCTIONS_MAX;
const HEADER_CHARS_MAX = 1_024;
const ROOT = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;
const PASS = /^([0-9a-f]{8}):(\d{1,6})$/;

/** Undefined when the text names no chain. What of it is malformed is left out: it came from outside. */
export function parseLineage(header: string | undefined): Lineage | undefined {
  if (header === undefined || header === "" || header.length > HEADER_CHARS_MAX) return undefined;
  const fields = new Map(header.split(";").map((field) => splitOnce(field.trim(), "=")));
  const root = fields.get("Root") ?? "";
  if (!ROOT.test(root)) return undefined;
  const passes: Pass[] = [];
  for (const text of (fields.get("Lineage") ?? "").split("|").slice(0, FUNCTIONS_MAX + 1)) {
    const [, hash, count] = PASS.exec(text) ?? [];
    if (hash !== undefined) passes.push({ hash, count: Number(count) });
  }
  return { root, passes };
}

export function formatLineage({ root, passes }: Lineage): string {
  if (passes.length === 0) return `Root=${root}`;
  return `Root=${root};Lineage=${passes.map(({ hash, count }) => `${hash}:${count}`).join("|")}`;
}

/** The chain that an invocation belongs to; one that nothing led to begins its own. */
export function lineageOfInvocation(invocation: {
  readonly id: string;
  readonly acceptedAt: number;
  readonly lineage?: string | undefined;
}): Lineage {
  const known = parseLineage(invocation.lineage);
  if (known !== undefined) return known;
  const seconds = hex(Math.floor(invocation.acceptedAt / 1_000)).slice(-8);
  const digits = invocation.id.replace(/[^0-9a-f]/g, "").slice(0, 24);
  return { root: `1-${seconds}-${digits.padStart(24, "0")}`, passes: [] };
}

/** The chain as what this function starts shall see it. */
export function passThrough(lineage: Lineage, ref: FunctionRef): Lineage {
  const { root, passes } = lineage;
  const own = hashOf(ref);
  const isNew = !passes.some(({ hash }) => hash === own);
  const hash = isNew && passes.length >= FUNCTIONS_MAX ? REST : own;
  const before = passes.find((pass) => pass.hash === hash)?.count ?? 0;
  const others = passes.filter((pass) => pass.hash !== hash);
  return { root, passes: [...others, { hash, count: Math.min(before + 1, 999_999) }] };
}

/** How often the chain came through the function before. */
export function passesThrough({ passes }: Lineage, ref: FunctionRef): number {
  const own = hashOf(ref);
  return passes.find(({ hash }) => hash === own)?.count ?? 0;
}

/** Whether the function must not be invoked in this chain once more. */
export function isRecursive(lineage: Lineage, ref: FunctionRef): boolean {
  if (passesThrough(lineage, ref) >= PASSES_MAX) return true;
  return (lineage.passes.find(({ hash }) => hash === REST)?.count ?? 0) >= REST_PASSES_MAX;
}

/** FNV-1a, 32 bits: two functions of one chain that share a hash are counted together, which only ends it sooner. */
function hashOf(ref: FunctionRef): string {
  let hash = 0x811c9dc5;
  for (const char of functionKey(ref)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hex(hash >>> 0);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
