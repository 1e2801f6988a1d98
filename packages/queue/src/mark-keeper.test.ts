import { MarkKeeper } from "./mark-keeper.ts";

const IDLE_MS = 30_000;

function openKeeper(): { keeper: MarkKeeper; marked: string[]; clock: { ms: number } } {
  const marked: string[] = [];
  const clock = { ms: 1_000_000 };
  const mark = async (key: string): Promise<void> => {
    marked.push(key);
  };
  return { keeper: new MarkKeeper(mark, IDLE_MS, () => clock.ms), marked, clock };
}

test("a function is marked by its first event, and by the first after a sixth of the idle time", async () => {
  const { keeper, marked, clock } = openKeeper();
  await keeper.ensure("a");
  clock.ms += 4_900;
  expect(keeper.ensure("a")).toBeUndefined();
  await keeper.ensure("b");
  clock.ms += 200;
  await keeper.ensure("a");
  expect(marked).toEqual(["a", "b", "a"]);
});

test("an event that was long on its way is confirmed by another mark, a fast one is not", async () => {
  const { keeper, marked, clock } = openKeeper();
  await keeper.ensure("a");
  clock.ms += 24_000;
  expect(keeper.confirm("a")).toBeUndefined();
  clock.ms += 2_000;
  await keeper.confirm("a");
  expect(marked).toEqual(["a", "a"]);
});

test("a clock that was set back makes a mark old, not young", async () => {
  const { keeper, marked, clock } = openKeeper();
  await keeper.ensure("a");
  clock.ms -= 3_600_000;
  await keeper.confirm("a");
  expect(marked).toEqual(["a", "a"]);
});

test("events at once share a mark, and a mark that failed is not remembered", async () => {
  let failures = 1;
  let marks = 0;
  const keeper = new MarkKeeper(
    async () => {
      marks += 1;
      if (failures-- > 0) throw new Error("away");
    },
    IDLE_MS,
    () => 0,
  );
  const outcomes = await Promise.allSettled([keeper.ensure("a"), keeper.ensure("a")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await keeper.ensure("a");
  expect(keeper.ensure("a")).toBeUndefined();
  expect(marks).toBe(2);
});

test("after a reconnect no mark is relied on", async () => {
  const { keeper, marked } = openKeeper();
  await keeper.ensure("a");
  keeper.forget();
  await keeper.ensure("a");
  expect(marked).toEqual(["a", "a"]);
});
