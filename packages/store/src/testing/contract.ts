import type { StoreLimits, Stores } from "../stores.ts";

/** What a contract suite needs of an adapter: stores that are empty and share nothing with others. */
export type CreateStores = (limits?: StoreLimits) => Stores;

/** Runs a test's body on stores of its own. */
export async function withStores(
  create: CreateStores,
  body: (stores: Stores) => Promise<void>,
  limits?: StoreLimits,
): Promise<void> {
  const stores = create(limits);
  try {
    await body(stores);
  } finally {
    await stores.stop();
  }
}
