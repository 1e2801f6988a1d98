import {
  type Alias,
  DEFAULT_FUNCTION_CONFIG,
  DEFAULT_FUNCTION_SETTINGS,
  type FunctionChange,
  functionKey,
  LATEST,
  type Registry,
} from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { deploy, REF, samplePut, webhook } from "./samples.ts";

const CONTENT = {
  codeDigest: "c".repeat(64),
  codeBytes: 1,
  sourceMapDigest: null,
  upload: { digest: "d".repeat(64), bytes: 5, layers: [] },
  config: DEFAULT_FUNCTION_CONFIG,
};

function latest(revisionId: string, now = 1_000): Pick<FunctionChange, "now" | "latest"> {
  return { now, latest: { ...CONTENT, revisionId, createdAt: now } };
}

/** Changes of a function by its parts, as the AWS Lambda API makes them. */
export function registryChangeContract(create: CreateStores): void {
  const on = (body: (registry: Registry) => Promise<void>) => () =>
    withStores(create, ({ registry }) => body(registry));

  describe("registry changes", () => {
    test(
      "a function can be made without a version; publishing numbers what $LATEST is then",
      on(async (registry) => {
        const made = await registry.change(REF, () => latest("r-a"));
        expect(made.published).toBeNull();
        expect(made.record).toMatchObject({ published: null, latest: { version: LATEST, ...CONTENT } });
        expect(await registry.listVersions(REF)).toEqual([]);
        const publish = { revisionId: "r-b", description: "first" };
        const { published, record } = await registry.change(REF, () => ({ now: 2_000, publish }));
        expect(published).toMatchObject({ version: "1", revisionId: "r-b", config: { description: "first" } });
        expect(record?.published).toEqual({ version: "1", latestRevisionId: "r-a" });
        expect(await registry.getFunction(REF)).toEqual(record);
        await registry.change(REF, () => latest("r-c", 3_000));
        expect(await registry.getVersion(REF, "1")).toEqual(published);
        expect(await registry.getVersion(REF, LATEST)).toMatchObject({ revisionId: "r-c", version: LATEST });
      }),
    );

    test(
      "functions with provisioned concurrency are known over all tenants, as long as they ask for it",
      on(async (registry) => {
        const other = { tenant: "other", name: REF.name };
        const settings = { ...DEFAULT_FUNCTION_SETTINGS, provisioned: { live: { requested: 2, updatedAt: 1_000 } } };
        for (const ref of [REF, other]) await registry.change(ref, () => ({ ...latest("r-a"), settings }));
        await registry.change({ tenant: "other", name: "plain" }, () => latest("r-a"));
        const found = async (): Promise<readonly string[]> =>
          (await registry.listProvisioned()).map(functionKey).sort();
        expect(await found()).toEqual([functionKey(REF), functionKey(other)].sort());
        await registry.change(REF, () => ({ now: 2_000, triggers: [webhook("in")] }));
        expect(await found()).toContain(functionKey(REF));
        await registry.change(REF, () => ({ now: 2_000, settings: DEFAULT_FUNCTION_SETTINGS }));
        await registry.deleteFunction(other);
        expect(await found()).toEqual([]);
      }),
    );

    test(
      "what a change does not name stays as it was",
      on(async (registry) => {
        await registry.change(REF, () => ({ ...latest("r-a"), triggers: [webhook("in")] }));
        const alias: Alias = { name: "live", version: "1", description: "", weights: {}, revisionId: "r-l" };
        const settings = { ...DEFAULT_FUNCTION_SETTINGS, reservedConcurrency: 0, tags: { ["__proto__"]: "x" } };
        await registry.change(REF, () => ({ now: 2_000, aliases: { live: alias } }));
        await registry.change(REF, () => ({ now: 3_000, settings }));
        const record = await registry.getFunction(REF);
        expect(record).toMatchObject({ aliases: { live: alias }, triggers: [webhook("in")], updatedAt: 3_000 });
        expect(JSON.stringify(record?.settings)).toBe(JSON.stringify(settings));
        expect(record?.latest.revisionId).toBe("r-a");
      }),
    );

    test(
      "of changes at the same time none is lost: each decides about what the one before it left",
      on(async (registry) => {
        await registry.change(REF, () => latest("r-a"));
        const tags = Array.from({ length: 20 }, (_, index) => `tag-${index}`);
        const tag = (name: string) =>
          registry.change(REF, (record) => {
            const settings = record?.settings ?? DEFAULT_FUNCTION_SETTINGS;
            return { now: 2_000, settings: { ...settings, tags: { ...settings.tags, [name]: "1" } } };
          });
        await Promise.all(tags.map(tag));
        expect(Object.keys((await registry.getFunction(REF))?.settings.tags ?? {}).sort()).toEqual(tags.toSorted());
      }),
    );

    test(
      "a decision to change nothing, or one that throws, leaves no trace",
      on(async (registry) => {
        expect(await registry.change(REF, () => undefined)).toEqual({ record: undefined, published: null });
        const fault = new Error("no");
        const refuse = (): never => {
          throw fault;
        };
        await expect(registry.change(REF, refuse)).rejects.toBe(fault);
        expect(await registry.getFunction(REF)).toBeUndefined();
        expect(await registry.listFunctions("acme")).toEqual([]);
      }),
    );

    test(
      "a published version can be deleted, and its number is not used again",
      on(async (registry) => {
        await deploy(registry, samplePut());
        await deploy(registry, samplePut({ codeDigest: "b".repeat(64) }));
        expect(await registry.deleteVersion(REF, "1")).toBe(true);
        expect(await registry.deleteVersion(REF, "1")).toBe(false);
        expect(await registry.getVersion(REF, "1")).toBeUndefined();
        expect((await registry.listVersions(REF)).map(({ version }) => version)).toEqual(["2"]);
        await registry.deleteVersion(REF, "2");
        expect((await deploy(registry, samplePut())).version.version).toBe("3");
      }),
    );
  });
}
