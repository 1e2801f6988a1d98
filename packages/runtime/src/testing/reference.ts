import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";
import type { GuestHarness } from "./harness.ts";

/** What an expression comes to, as text: its value, or the name of what it throws. */
function outcomeOf(code: string): string {
  return (
    `(() => { try { const value = (${code}); return JSON.stringify(value) ?? String(value); } ` +
    "catch (error) { return 'threw ' + error.name; } })()"
  );
}

/** What Node makes of the expression. */
export function inNode(code: string): unknown {
  return runInThisContext(outcomeOf(code));
}

/** What the guest makes of it. */
export function inGuest(guest: GuestHarness, code: string): unknown {
  return guest.evaluate(outcomeOf(code));
}

/** What becomes of the body of an async function in Node, as JSON. */
export async function asyncInNode(body: string): Promise<string> {
  return (await runInThisContext(asyncOutcomeOf(body))) as string;
}

/** What becomes of it in the guest. */
export async function asyncInGuest(guest: GuestHarness, body: string): Promise<string> {
  return (await guest.run(`return ${asyncOutcomeOf(body)};`)) as string;
}

function asyncOutcomeOf(body: string): string {
  return (
    `(async () => { const thrown = async (attempt) => { try { return await attempt(); } catch (error) { return 'threw ' + error.name; } };` +
    `return JSON.stringify(await thrown(async () => {${body}})) ?? 'undefined'; })()`
  );
}

const nodeRequire = createRequire(import.meta.url);

/** What an async function of that body answers in Node, in JSON's terms, or the error it ends with. */
export async function runInNode(body: string): Promise<unknown> {
  const run = runInThisContext(`(async (require) => {${body}\n})`) as (require: NodeJS.Require) => Promise<unknown>;
  return describe(() => run(nodeRequire));
}

/** The same in a guest, as a handler. */
export function runInGuest(guest: GuestHarness, body: string): Promise<unknown> {
  return describe(() => guest.run(body));
}

async function describe(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify((await run()) ?? null)) as unknown;
  } catch (error) {
    return `threw ${(error as Error).message}`;
  }
}
