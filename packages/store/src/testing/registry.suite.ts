import { DEFAULT_FUNCTION_CONFIG, type FunctionRef, LATEST, type Registry } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";
import { cron, http, REF, deploy, samplePut, webhook } from "./samples.ts";

const OTHER: FunctionRef = { tenant: "acme", name: "mail" };

export function registryContract(create: CreateStores): void {
  const on = (body: (registry: Registry) => Promise<void>) => () =>
    withStores(create, ({ registry }) => body(registry));

  describe("registry", () => {
    publishing(on);
    triggers(on);
    listing(on);
    changes(on);
  });
}

type On = (body: (registry: Registry) => Promise<void>) => () => Promise<void>;

function publishing(on: On): void {
  test(
    "a put publishes version 1, and the same again publishes nothing",
    on(async (registry) => {
      const first = await deploy(registry, samplePut());
      expect(first).toMatchObject({
        published: true,
        triggersChanged: false,
        version: { version: "1", createdAt: 1_000 },
      });
      const again = await deploy(registry, samplePut({ now: 2_000 }));
      expect(again).toEqual({ ...first, published: false });
      expect(await registry.getFunction(REF)).toMatchObject({
        createdAt: 1_000,
        updatedAt: 1_000,
        latest: { version: LATEST, codeDigest: first.version.codeDigest },
        published: { version: "1" },
      });
    }),
  );

  test(
    "other code or another configuration is another version, and old versions stay",
    on(async (registry) => {
      await deploy(registry, samplePut());
      await deploy(registry, samplePut({ codeDigest: "b".repeat(64), now: 2_000 }));
      const config = { ...DEFAULT_FUNCTION_CONFIG, environment: { ["__proto__"]: "x", A: "\ud800" } };
      const third = await deploy(registry, samplePut({ config, now: 3_000 }));
      expect((await registry.listVersions(REF)).map(({ version }) => version)).toEqual(["1", "2", "3"]);
      const { config: latestConfig } = third.version;
      expect(await registry.getVersion(REF, LATEST)).toMatchObject({ version: LATEST, createdAt: 3_000 });
      expect((await registry.getVersion(REF, LATEST))?.config).toEqual(latestConfig);
      expect(JSON.stringify((await registry.getVersion(REF, "3"))?.config)).toBe(JSON.stringify(config));
      expect(await registry.getVersion(REF, "2")).toMatchObject({ codeDigest: "b".repeat(64), createdAt: 2_000 });
      expect(await registry.getVersion(REF, "4")).toBeUndefined();
      expect(await registry.getFunction(REF)).toMatchObject({ createdAt: 1_000, updatedAt: 3_000 });
    }),
  );

  test(
    "the order in which a configuration was written down does not matter",
    on(async (registry) => {
      const config = { ...DEFAULT_FUNCTION_CONFIG, environment: { A: "1", B: "2" } };
      await deploy(registry, samplePut({ config }));
      const reversed = Object.fromEntries(Object.entries(config).toReversed()) as unknown as typeof config;
      const again = await deploy(registry, samplePut({ config: { ...reversed, environment: { B: "2", A: "1" } } }));
      expect(again.published).toBe(false);
    }),
  );

  test(
    "puts at the same time get versions without gap or duplicate",
    on(async (registry) => {
      const puts = Array.from({ length: 25 }, (_, index) => samplePut({ codeDigest: String(index).padStart(64, "0") }));
      const results = await Promise.all(puts.map((put) => deploy(registry, put)));
      const expected = puts.map((_, index) => String(index + 1));
      const versions = results.map(({ version }) => version.version);
      expect(versions.toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
      expect((await registry.listVersions(REF)).map(({ version }) => version)).toEqual(expected);
    }),
  );

  test(
    "the same put many times at once publishes once",
    on(async (registry) => {
      const results = await Promise.all(Array.from({ length: 20 }, () => deploy(registry, samplePut())));
      expect(results.filter(({ published }) => published)).toHaveLength(1);
      expect(results.every(({ version }) => version.version === "1")).toBe(true);
    }),
  );

  test(
    "a deleted function is gone, and its version numbers are not used again",
    on(async (registry) => {
      await deploy(registry, samplePut({ triggers: [webhook("in"), cron("tick")] }));
      expect(await registry.deleteFunction(REF)).toBe(true);
      expect(await registry.deleteFunction(REF)).toBe(false);
      expect(await registry.getFunction(REF)).toBeUndefined();
      expect(await registry.getVersion(REF, "1")).toBeUndefined();
      expect(await registry.getVersion(REF, LATEST)).toBeUndefined();
      expect(await registry.listVersions(REF)).toEqual([]);
      expect(await registry.listFunctions("acme")).toEqual([]);
      expect(await registry.getTrigger("acme", "webhook", "in")).toBeUndefined();
      expect(await registry.listCronTriggers()).toEqual([]);
      expect((await deploy(registry, samplePut())).version.version).toBe("2");
    }),
  );
}

function triggers(on: On): void {
  test(
    "triggers are found by type and name and lead to their function",
    on(async (registry) => {
      const secret = webhook("in", "to\ud800ken \\u0000 ü");
      const put = await deploy(registry, samplePut({ triggers: [secret, cron("in"), http("resize")] }));
      expect(put.triggersChanged).toBe(true);
      expect(await registry.getTrigger("acme", "webhook", "in")).toEqual({ function: REF, trigger: secret });
      expect(await registry.getTrigger("acme", "cron", "in")).toEqual({ function: REF, trigger: cron("in") });
      expect(await registry.getTrigger("acme", "object-storage", "in")).toBeUndefined();
      expect(await registry.getTrigger("other", "webhook", "in")).toBeUndefined();
      expect(await registry.getTrigger("acme", "webhook", "../../__proto__")).toBeUndefined();
      expect((await registry.getFunction(REF))?.triggers).toEqual([secret, cron("in"), http("resize")]);
    }),
  );

  test(
    "a put without a trigger frees its name, without publishing",
    on(async (registry) => {
      await deploy(registry, samplePut({ triggers: [webhook("in"), cron("tick")] }));
      const put = await deploy(registry, samplePut({ now: 2_000 }));
      expect(put).toMatchObject({ published: false, triggersChanged: true });
      expect(await registry.getTrigger("acme", "webhook", "in")).toBeUndefined();
      expect(await registry.listCronTriggers()).toEqual([]);
      expect(await registry.getFunction(REF)).toMatchObject({ triggers: [], updatedAt: 2_000 });
      await deploy(registry, samplePut({ ref: OTHER, triggers: [webhook("in")] }));
      expect((await registry.getTrigger("acme", "webhook", "in"))?.function).toEqual(OTHER);
    }),
  );

  test(
    "a name that another function owns is refused and nothing changes; other tenants and types are free",
    on(async (registry) => {
      await deploy(registry, samplePut({ triggers: [webhook("in")] }));
      const taken = deploy(registry, samplePut({ ref: OTHER, triggers: [cron("tick"), webhook("in")] }));
      await expect(taken).rejects.toMatchObject({
        code: "Trigger.NameTaken",
        details: { type: "webhook", name: "in", owner: "resize" },
      });
      expect(await registry.getFunction(OTHER)).toBeUndefined();
      expect(await registry.listCronTriggers()).toEqual([]);
      await deploy(registry, samplePut({ ref: OTHER, triggers: [cron("in")] }));
      await deploy(registry, samplePut({ ref: { tenant: "other", name: "mail" }, triggers: [webhook("in")] }));
      expect(await registry.listCronTriggers()).toEqual([{ function: OTHER, trigger: cron("in") }]);
    }),
  );

  test(
    "the same name twice in one put is refused",
    on(async (registry) => {
      const put = deploy(registry, samplePut({ triggers: [webhook("in"), webhook("in")] }));
      await expect(put).rejects.toMatchObject({ code: "Trigger.NameTaken", details: { owner: "resize" } });
    }),
  );

  test(
    "of many functions that want one name at once exactly one gets it",
    on(async (registry) => {
      const names = Array.from({ length: 10 }, (_, index) => `f${index}`);
      const settled = await Promise.allSettled(
        names.map((name) => deploy(registry, samplePut({ ref: { tenant: "acme", name }, triggers: [webhook("in")] }))),
      );
      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await registry.listFunctions("acme")).toHaveLength(1);
    }),
  );

  test(
    "cron triggers of every tenant are listed together",
    on(async (registry) => {
      const elsewhere: FunctionRef = { tenant: "other", name: "resize" };
      await deploy(registry, samplePut({ triggers: [cron("tick")] }));
      await deploy(registry, samplePut({ ref: elsewhere, triggers: [cron("tick"), webhook("in")] }));
      const listed = await registry.listCronTriggers();
      expect(listed).toHaveLength(2);
      expect(listed).toEqual(
        expect.arrayContaining([
          { function: REF, trigger: cron("tick") },
          { function: elsewhere, trigger: cron("tick") },
        ]),
      );
    }),
  );
}

function listing(on: On): void {
  test(
    "functions are listed in name order, page by page, within the tenant",
    on(async (registry) => {
      const names = Array.from({ length: 230 }, (_, index) => `${index % 2 === 0 ? "F" : "f"}-${index}`);
      await Promise.all(names.map((name) => deploy(registry, samplePut({ ref: { tenant: "acme", name } }))));
      await deploy(registry, samplePut({ ref: { tenant: "other", name: "z" } }));
      const sorted = names.toSorted();
      const all = await registry.listFunctions("acme");
      expect(all.map(({ name }) => name)).toEqual(sorted);
      const paged: string[] = [];
      for (let after: string | undefined = ""; after !== undefined; ) {
        const page = await registry.listFunctions("acme", { after, limit: 50 });
        expect(page.length).toBeLessThanOrEqual(50);
        paged.push(...page.map(({ name }) => name));
        after = page.at(-1)?.name;
      }
      expect(paged).toEqual(sorted);
      expect(await registry.listFunctions("acme", { limit: 0 })).toEqual([]);
      expect(await registry.listFunctions("nobody")).toEqual([]);
    }),
  );
}

function changes(on: On): void {
  test(
    "listeners hear of every change and of nothing else, until they stop",
    on(async (registry) => {
      const heard: (FunctionRef | undefined)[] = [];
      const stop = await registry.onChange((ref) => heard.push(ref));
      await deploy(registry, samplePut());
      await deploy(registry, samplePut());
      await deploy(registry, samplePut({ triggers: [webhook("in")] }));
      await registry.deleteFunction(REF);
      await registry.deleteFunction(REF);
      await deploy(registry, samplePut({ ref: OTHER }));
      await becomesTrue(() => heard.some((ref) => ref?.name === "mail"));
      expect(heard).toEqual([REF, REF, REF, OTHER]);
      await stop();
      const later: (FunctionRef | undefined)[] = [];
      await registry.onChange((ref) => later.push(ref));
      await registry.deleteFunction(OTHER);
      await becomesTrue(() => later.length === 1);
      expect(heard).toHaveLength(4);
    }),
  );
}
