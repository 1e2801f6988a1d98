import { kv } from "sluice";
import { DELIVERY_PREFIX, type Delivery } from "./delivery.ts";

const SHOWN = 20;

/** The latest deliveries, newest first, and how many there were in the last 24 hours. */
export const handler = async (): Promise<{ readonly count: number; readonly latest: readonly Delivery[] }> => {
  const keys = await allKeys();
  const newest = keys.slice(-SHOWN).reverse();
  const rows = await Promise.all(newest.map((key) => kv.get(key)));
  const latest = rows.flatMap((row) => (row === null ? [] : [JSON.parse(row) as Delivery]));
  return { count: keys.length, latest };
};

async function allKeys(): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof kv.list>> = await kv.list({ prefix: DELIVERY_PREFIX, limit: 1_000, cursor });
    keys.push(...page.keys);
    cursor = page.cursor;
  } while (cursor !== null);
  return keys;
}
