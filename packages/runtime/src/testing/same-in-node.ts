import nodeCrypto from "node:crypto";
import { runInThisContext } from "node:vm";
import type { GuestHarness } from "./harness.ts";

/** JSON with bytes in it, and errors as their name and stable code. */
const SHOW = `
  const show = (value) => {
    if (value instanceof ArrayBuffer) return 'hex:' + Buffer.from(value).toString('hex');
    if (ArrayBuffer.isView(value)) return 'hex:' + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
    if (typeof value === 'bigint') return value + 'n';
    if (Array.isArray(value)) return value.map(show);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.keys(value).sort().map((key) => [key, show(value[key])]));
    }
    return value === undefined ? 'undefined' : value;
  };
  const attempt = async (run) => {
    try { return show(await run()); } catch (error) { return { name: error.name, code: error.code }; }
  };`;

const body = (code: string): string =>
  `${SHOW} const subtle = crypto.webcrypto.subtle; return attempt(async () => { ${code} });`;

/** What code with `crypto` (node:crypto), `subtle` and `event` comes to in the guest and in Node. */
export async function inBoth(guest: GuestHarness, code: string, event: unknown = {}): Promise<[unknown, unknown]> {
  const here = await guest.run(`const crypto = require('node:crypto'); ${body(code)}`, event);
  const there = runInThisContext(`(async (crypto, event) => { ${body(code)} })`) as (...args: unknown[]) => unknown;
  return [here, JSON.parse(JSON.stringify(await there(nodeCrypto, event)))];
}
