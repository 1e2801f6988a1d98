import { type FunctionRef, type FunctionUrl, type HttpTrigger, LATEST, type Registry } from "@sluice/core";
import { urlIdOf } from "../url-id.ts";
import { type CreateStores, withStores } from "./contract.ts";
import { cron, deploy, REF, samplePut } from "./samples.ts";

const URL: FunctionUrl = { cors: { allowOrigins: ["*"] }, invokeMode: "buffered", createdAt: 1, updatedAt: 2 };
const ELSEWHERE: FunctionRef = { tenant: "other", name: REF.name };

function http(name: string): HttpTrigger {
  return { type: "http", name, auth: { type: "iam" }, url: URL };
}

/** Http triggers by the ids of their addresses. */
export function registryUrlContract(create: CreateStores): void {
  const on = (body: (registry: Registry) => Promise<void>) => () =>
    withStores(create, ({ registry }) => body(registry));

  describe("registry URLs", () => {
    test(
      "a URL is found by its id, of whatever tenant and alias",
      on(async (registry) => {
        const names = [REF.name, `${REF.name}:live`];
        await registry.change(REF, () => ({ ...first(), triggers: [...names.map(http), cron(REF.name)] }));
        await registry.change(ELSEWHERE, () => ({ ...first(), triggers: [http(REF.name)] }));
        for (const name of names) {
          expect(await registry.getUrl(urlIdOf(REF.tenant, name))).toEqual({ function: REF, trigger: http(name) });
        }
        const other = await registry.getUrl(urlIdOf("other", REF.name));
        expect(other).toEqual({ function: ELSEWHERE, trigger: http(REF.name) });
        expect(await registry.getUrl("a".repeat(32))).toBeUndefined();
        expect(await registry.getUrl("")).toBeUndefined();
      }),
    );

    test(
      "it is found as it is after a change, and no more when it went",
      on(async (registry) => {
        const id = urlIdOf(REF.tenant, REF.name);
        await registry.change(REF, () => ({ ...first(), triggers: [http(REF.name)] }));
        await registry.change(REF, () => ({ now: 2, triggers: [{ ...http(REF.name), auth: { type: "none" } }] }));
        expect((await registry.getUrl(id))?.trigger.auth).toEqual({ type: "none" });
        await registry.change(REF, () => ({ now: 3, triggers: [] }));
        expect(await registry.getUrl(id)).toBeUndefined();
        await registry.change(REF, () => ({ now: 4, triggers: [http(REF.name)] }));
        await registry.deleteFunction(REF);
        expect(await registry.getUrl(id)).toBeUndefined();
      }),
    );

    test(
      "a deployment keeps the URLs of aliases, and the times of one that it does not change",
      on(async (registry) => {
        const url = { ...URL, createdAt: 0, updatedAt: 0 };
        const triggers = [{ ...http(REF.name), url }];
        await deploy(registry, samplePut({ triggers, now: 10 }));
        const live = http(`${REF.name}:live`);
        await registry.change(REF, (record) => ({ now: 11, triggers: [...(record?.triggers ?? []), live] }));
        expect((await deploy(registry, samplePut({ triggers, now: 20 }))).triggersChanged).toBe(false);
        const stamped = { ...http(REF.name), url: { ...URL, createdAt: 10, updatedAt: 10 } };
        expect((await registry.getFunction(REF))?.triggers).toEqual([stamped, live]);
        const changed = [{ ...http(REF.name), url: { ...url, cors: null } }];
        expect((await deploy(registry, samplePut({ triggers: changed, now: 30 }))).triggersChanged).toBe(true);
        const after = { ...http(REF.name), url: { ...URL, cors: null, createdAt: 10, updatedAt: 30 } };
        expect((await registry.getFunction(REF))?.triggers).toEqual([after, live]);
      }),
    );
  });
}

function first() {
  const { config, codeDigest, codeBytes, sourceMapDigest, upload } = samplePut();
  const content = { config, codeDigest, codeBytes, sourceMapDigest, upload };
  return { now: 1, latest: { ...content, revisionId: LATEST, createdAt: 1 } };
}
