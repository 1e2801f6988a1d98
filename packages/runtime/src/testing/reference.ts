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
