import { type CreateStores, withStores } from "./contract.ts";

export function checkpointsContract(create: CreateStores): void {
  describe("checkpoints", () => {
    test("a consumer finds what it saved last, and only its own", () =>
      withStores(create, async ({ checkpoints }) => {
        expect(await checkpoints.load("metrics")).toBeUndefined();
        await checkpoints.save("metrics", "1");
        await checkpoints.save("metrics", '{"cursor":"2-0","é":""}');
        await checkpoints.save("console", "");
        expect(await checkpoints.load("metrics")).toBe('{"cursor":"2-0","é":""}');
        expect(await checkpoints.load("console")).toBe("");
        expect(await checkpoints.load("__proto__")).toBeUndefined();
      }));
  });
}
