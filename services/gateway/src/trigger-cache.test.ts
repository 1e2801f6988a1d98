import {
  DEFAULT_FUNCTION_CONFIG,
  type FunctionRef,
  LATEST,
  PlatformError,
  type Registry,
  type Trigger,
} from "@sluice/core";
import { createMemoryStores, type Stores, urlIdOf } from "@sluice/store";
import { TriggerCache } from "./trigger-cache.ts";

const REF: FunctionRef = { tenant: "default", name: "f" };
const ID = urlIdOf(REF.tenant, REF.name);

let stores: Stores;
let clock: number;
let away: boolean;
let asked: number;
let cache: TriggerCache;
beforeEach(async () => {
  [clock, away, asked] = [0, false, 0];
  stores = createMemoryStores({ now: () => clock });
  cache = new TriggerCache({ registry: counting(stores.registry), now: () => clock });
  await set([http("f")]);
});
afterEach(() => stores.stop());

/** The registry, which Redis may not answer. */
function counting(registry: Registry): Registry {
  const guard = async (): Promise<void> => {
    asked += 1;
    if (away) throw new PlatformError("Service.Unavailable");
  };
  return Object.assign(Object.create(registry) as Registry, {
    getFunction: (ref: FunctionRef) => guard().then(() => registry.getFunction(ref)),
    getUrl: (id: string) => guard().then(() => registry.getUrl(id)),
    getTrigger: (...of: Parameters<Registry["getTrigger"]>) => guard().then(() => registry.getTrigger(...of)),
  });
}

async function set(triggers: readonly Trigger[]): Promise<void> {
  const config = DEFAULT_FUNCTION_CONFIG;
  const content = { codeDigest: "", codeBytes: 0, sourceMapDigest: null, upload: null, config };
  const latest = { ...content, revisionId: "r", createdAt: 0 };
  await stores.registry.change(REF, () => ({ now: 0, latest, triggers }));
  cache.forgetAll();
}

function http(name: string): Trigger {
  return { type: "http", name, auth: { type: "none" } };
}

const nameOf = async (qualifier: string): Promise<string> => (await cache.findUrl(REF, qualifier)).trigger.name;

test("an alias is called by its own URL's rules, everything else by the function's", async () => {
  expect(await nameOf("live")).toBe("f");
  await set([http("f"), http("f:live"), http("f:1")]);
  expect([await nameOf("live"), await nameOf(LATEST), await nameOf("1"), await nameOf("2")]).toEqual([
    "f:live",
    "f",
    "f",
    "f",
  ]);
  await set([http("f:live")]);
  await expect(nameOf(LATEST)).rejects.toMatchObject({ code: "Function.NoUrl" });
});

test("what was found is not asked for again, by whatever name", async () => {
  for (let round = 0; round < 3; round++) {
    await nameOf(LATEST);
    await nameOf("live");
    await cache.findUrlById(ID);
    await cache.findUrlById("0".repeat(32));
  }
  expect(asked).toBe(4);
});

test("what was known lately is known while Redis is away, also that an alias has no URL", async () => {
  await nameOf("live");
  await cache.findUrlById(ID);
  await cache.findUrlById("0".repeat(32));
  [clock, away] = [60_000, true];
  expect(await nameOf("live")).toBe("f");
  expect((await cache.findUrlById(ID))?.trigger.name).toBe("f");
  for (const unknown of [cache.findUrlById("0".repeat(32)), nameOf("other")]) {
    await expect(unknown).rejects.toMatchObject({ code: "Service.Unavailable" });
  }
});
