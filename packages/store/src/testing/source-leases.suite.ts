import type { SourceLeases } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";

const HOUR_MS = 3_600_000;
const MAPPING = "acme/m";

export function sourceLeasesContract(create: CreateStores): void {
  const on = (body: (leases: SourceLeases) => Promise<void>) => () =>
    withStores(create, ({ sourceLeases }) => body(sourceLeases));
  const ask = { leaseMs: HOUR_MS, keep: [], take: [], takeMax: 10, demand: {} };

  describe("leases on event sources", () => {
    test(
      "a unit has one holder, whoever asks at the same time",
      on(async (leases) => {
        const holders = Array.from({ length: 10 }, (_, index) => `w${index}`);
        const claims = await Promise.all(holders.map((holder) => leases.claim({ ...ask, holder, take: ["u", "v"] })));
        expect(claims.flatMap(({ units }) => units).sort()).toEqual(["u", "v"]);
        expect((await leases.claim({ ...ask, holder: "w0" })).holders).toBe(10);
        const more = await leases.claim({ ...ask, holder: "w0", take: ["u", "v", "x", "y", "z"], takeMax: 2 });
        expect(more.units).toHaveLength(2);
      }),
    );

    test(
      "what is kept goes on, what is given back is free, and a stranger gives back nothing",
      on(async (leases) => {
        await leases.claim({ ...ask, holder: "a", take: ["u", "v"] });
        await leases.release("b", ["u"]);
        expect((await leases.claim({ ...ask, holder: "b", take: ["u"] })).units).toEqual([]);
        await leases.release("a", ["u"]);
        expect((await leases.claim({ ...ask, holder: "b", take: ["u"] })).units).toEqual(["u"]);
        expect((await leases.claim({ ...ask, holder: "a", keep: ["u", "v"] })).units).toEqual(["v"]);
        await leases.leave("a", ["v"]);
        expect(await leases.claim({ ...ask, holder: "b", keep: ["u"] })).toMatchObject({ units: ["u"], holders: 1 });
      }),
    );

    test(
      "the units of a holder that is silent are taken over, and it does not get them back",
      on(async (leases) => {
        await leases.claim({ ...ask, holder: "dead", leaseMs: 300, take: ["u"] });
        await becomesTrue(async () => (await leases.claim({ ...ask, holder: "b", take: ["u"] })).units.length === 1);
        expect((await leases.claim({ ...ask, holder: "dead", keep: ["u"] })).units).toEqual([]);
        const late = { holder: "dead", unit: "u", mapping: MAPPING, field: "0", value: "old" };
        expect(await leases.save(late)).toBe(false);
        expect(await leases.load(MAPPING)).toEqual({});
      }),
    );

    test(
      "all holders learn the greatest demand, until nobody has any",
      on(async (leases) => {
        await leases.claim({ ...ask, holder: "a", demand: { [MAPPING]: 5 } });
        const { demand } = await leases.claim({ ...ask, holder: "b", demand: { [MAPPING]: 2 } });
        expect(demand).toEqual({ [MAPPING]: 5 });
        await leases.claim({ ...ask, holder: "a", leaseMs: 300, demand: { [MAPPING]: 8 } });
        await becomesTrue(async () => !(MAPPING in (await leases.claim({ ...ask, holder: "b" })).demand));
      }),
    );

    test(
      "progress is its mapping's, until it is forgotten",
      on(async (leases) => {
        await leases.claim({ ...ask, holder: "a", take: ["u"] });
        const place = { holder: "a", unit: "u", mapping: MAPPING };
        expect(await leases.save({ ...place, field: "1", value: "x" })).toBe(true);
        expect(await leases.save({ ...place, field: "2", value: "y", drop: ["1", "nothing"] })).toBe(true);
        await leases.note(MAPPING, "result", "OK");
        expect(await leases.load(MAPPING)).toEqual({ "2": "y", result: "OK" });
        expect(await leases.load("acme/other")).toEqual({});
        await leases.forget(MAPPING);
        expect(await leases.load(MAPPING)).toEqual({});
      }),
    );
  });
}
