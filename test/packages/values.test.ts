import { describePackage, PackageTrial } from "./package-trial.ts";

let packages: PackageTrial;
let results: Record<string, unknown>;

/** One bundle for all of them: bundling is what takes its time. */
const SOURCE = `
  import _ from "lodash";
  import { z } from "zod";
  import { addDays, differenceInCalendarDays, format, formatDistance, parseISO } from "date-fns";
  import { de } from "date-fns/locale";
  import { v1, v4, v5, v7, validate, version } from "uuid";
  import { customAlphabet, nanoid } from "nanoid";
  import dayjs from "dayjs";
  import timezone from "dayjs/plugin/timezone";
  import utc from "dayjs/plugin/utc";
  import { DateTime, Duration, Interval } from "luxon";
  dayjs.extend(utc);
  dayjs.extend(timezone);
  const Order = z.object({ id: z.uuid(), count: z.coerce.number().int().min(1), tags: z.array(z.string()).default([]) });
  const noon = { zone: "Europe/Zurich" };
  export const handler = async () => ({
    lodash: [
      _.chunk([1, 2, 3], 2),
      _.groupBy([1.2, 1.8, 2.1], Math.floor),
      _.template("hi <%= name %>")({ name: "you" }),
      _.cloneDeep({ a: new Map([[1, { b: 2 }]]) }).a.get(1),
      await new Promise((done) => _.debounce(() => done("later"), 5)()),
    ],
    zod: [
      Order.parse({ id: "123e4567-e89b-42d3-a456-426614174000", count: "4" }),
      Order.safeParse({ id: "x", count: 0 }).error.issues.map(({ path, code }) => path + ":" + code),
      Object.keys(z.toJSONSchema(Order).properties),
    ],
    "date-fns": [
      format(new Date(Date.UTC(2026, 10, 24, 12)), "EEEE d. MMMM yyyy HH:mm", { locale: de }),
      addDays(parseISO("2026-02-27T00:00:00Z"), 3).toISOString(),
      formatDistance(0, 3 * 86_400_000),
      differenceInCalendarDays(new Date("2026-03-01"), new Date("2026-02-01")),
    ],
    uuid: [validate(v4()), new Set(Array.from({ length: 100 }, () => v4())).size, version(v7()), version(v1()), v5("example.org", v5.DNS)],
    nanoid: [nanoid().length, /^[abc]{10}$/.test(customAlphabet("abc", 10)())],
    dayjs: [dayjs.utc("2026-03-29T00:30:00Z").tz("Europe/Zurich").format("YYYY-MM-DD HH:mm Z"), dayjs("2026-01-31").add(1, "month").format("YYYY-MM-DD")],
    luxon: [
      DateTime.fromISO("2026-07-01T12:00:00Z").setZone("Asia/Tokyo").toISO(),
      DateTime.fromISO("2026-07-01T12:00:00Z", { zone: "Europe/Paris" }).setLocale("fr").toLocaleString(DateTime.DATE_FULL),
      DateTime.fromISO("2026-03-29T01:30", noon).plus({ hours: 1 }).toISO(),
      DateTime.fromISO("2026-07-01T12:00:00Z", { zone: "America/New_York" }).offsetNameShort,
      DateTime.fromFormat("24 novembre 2026", "d MMMM yyyy", { locale: "fr", zone: "utc" }).toISODate(),
      DateTime.fromISO("2026-01-01", { zone: "Mars/Base" }).invalidReason,
      Duration.fromObject({ hours: 1.5 }).toISO(),
      Interval.after(DateTime.utc(2026, 1, 1), { days: 2 }).length("hours"),
    ],
  });`;

beforeAll(async () => {
  packages = await PackageTrial.start();
  results = (await packages.run(SOURCE)) as Record<string, unknown>;
});
afterAll(() => packages.stop());

describePackage("lodash", () => {
  test("takes collections apart, compiles templates, copies deeply and debounces", () => {
    expect(results["lodash"]).toEqual([[[1, 2], [3]], { 1: [1.2, 1.8], 2: [2.1] }, "hi you", { b: 2 }, "later"]);
  });
});

describePackage("zod", () => {
  test("parses, says what is wrong where, and writes JSON Schema", () => {
    expect(results["zod"]).toEqual([
      { id: "123e4567-e89b-42d3-a456-426614174000", count: 4, tags: [] },
      ["id:invalid_format", "count:too_small"],
      ["id", "count", "tags"],
    ]);
  });
});

describePackage("date-fns", () => {
  test("reckons with dates and writes them in a language", () => {
    expect(results["date-fns"]).toEqual(["Dienstag 24. November 2026 12:00", "2026-03-02T00:00:00.000Z", "3 days", 28]);
  });
});

describePackage("uuid", () => {
  test("makes ids of each version, all different", () => {
    expect(results["uuid"]).toEqual([true, 100, 7, 1, "aad03681-8b63-5304-89e0-8ca8f49461b5"]);
  });
});

describePackage("nanoid", () => {
  test("makes ids of its own and of another alphabet", () => {
    expect(results["nanoid"]).toEqual([21, true]);
  });
});

describePackage("dayjs", () => {
  test("knows time zones and the ends of months", () => {
    expect(results["dayjs"]).toEqual(["2026-03-29 01:30 +01:00", "2026-02-28"]);
  });
});

describePackage("luxon", () => {
  test("knows zones, summer time, languages and what is no zone", () => {
    expect(results["luxon"]).toEqual([
      "2026-07-01T21:00:00.000+09:00",
      "1 juillet 2026",
      "2026-03-29T03:30:00.000+02:00",
      "EDT",
      "2026-11-24",
      "unsupported zone",
      "PT1.5H",
      48,
    ]);
  });
});
