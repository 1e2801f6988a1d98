import type { DocumentStore } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";

const KIND = "layer-version";

export function documentsContract(create: CreateStores): void {
  const on = (body: (documents: DocumentStore) => Promise<void>) => () =>
    withStores(create, ({ documents }) => body(documents));
  const put = (documents: DocumentStore, tenant: string, id: string, value: unknown): Promise<unknown> =>
    documents.change(KIND, tenant, id, () => ({ put: value }));

  describe("documents", () => {
    test(
      "what was put is found, by kind, tenant and id, until it is deleted",
      on(async (documents) => {
        const value = { text: "\ud800 ü", list: [1, null], nested: { a: true } };
        expect(await put(documents, "acme", "a", value)).toEqual(value);
        expect(await documents.get(KIND, "acme", "a")).toEqual(value);
        expect(await documents.get(KIND, "other", "a")).toBeUndefined();
        expect(await documents.get("code-signing-config", "acme", "a")).toBeUndefined();
        expect(await documents.change(KIND, "acme", "a", () => ({ delete: true }))).toBeUndefined();
        expect(await documents.get(KIND, "acme", "a")).toBeUndefined();
        expect(await documents.list(KIND, "acme")).toEqual([]);
      }),
    );

    test(
      "lists are in the order of ids, by prefix and page, within the tenant; or of all tenants",
      on(async (documents) => {
        const ids = Array.from({ length: 230 }, (_, index) => `a:${String(index).padStart(4, "0")}`);
        await Promise.all(ids.toReversed().map((id) => put(documents, "acme", id, { id })));
        await put(documents, "acme", "b:1", {});
        await put(documents, "acme2", "a:0", {});
        expect((await documents.list(KIND, "acme", { prefix: "a:" })).map(({ id }) => id)).toEqual(ids);
        const page = await documents.list(KIND, "acme", { prefix: "a:", after: "a:0003", limit: 2 });
        expect(page).toEqual(["a:0004", "a:0005"].map((id) => ({ tenant: "acme", id, value: { id } })));
        expect((await documents.list(KIND, "acme", { after: "a:0229" })).map(({ id }) => id)).toEqual(["b:1"]);
        expect(await documents.listAll(KIND)).toHaveLength(232);
      }),
    );

    test(
      "of changes at the same time none is lost, and a decision to change nothing leaves what there is",
      on(async (documents) => {
        const add = (value: unknown) => ({ put: Number(value ?? 0) + 1 });
        await Promise.all(Array.from({ length: 20 }, () => documents.change(KIND, "acme", "count", add)));
        expect(await documents.get(KIND, "acme", "count")).toBe(20);
        expect(await documents.change(KIND, "acme", "count", () => undefined)).toBe(20);
      }),
    );

    test(
      "numbers of a name are given once, whoever asks",
      on(async (documents) => {
        const numbers = await Promise.all(
          Array.from({ length: 10 }, () => documents.nextNumber(KIND, "acme", "layer")),
        );
        expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(await documents.nextNumber(KIND, "acme", "other")).toBe(1);
      }),
    );

    test(
      "listeners hear of changes of their kind",
      on(async (documents) => {
        let heard = 0;
        const stop = await documents.onChange(KIND, () => (heard += 1));
        await documents.change("code-signing-config", "acme", "x", () => ({ put: 1 }));
        await put(documents, "acme", "a", 1);
        await becomesTrue(() => heard === 1);
        await stop();
      }),
    );
  });
}
