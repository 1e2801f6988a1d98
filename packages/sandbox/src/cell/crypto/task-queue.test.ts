import { CRYPTO_LIMITS } from "@sluice/core";
import { TaskQueue } from "./task-queue.ts";

/** A task that ends when it is told to. */
function held(owner: string, begun: string[]) {
  let end = (): void => undefined;
  const run = () => {
    begun.push(owner);
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  };
  return { task: { owner, run }, end: () => end() };
}

test("few tasks run at once, and the next is one of an owner that has none running", async () => {
  const begun: string[] = [];
  const queue = new TaskQueue<string>(() => true);
  const greedy = Array.from({ length: 10 }, () => held("greedy", begun));
  for (const { task } of greedy) queue.submit(task);
  const modest = held("modest", begun);
  queue.submit(modest.task);
  expect(begun).toHaveLength(CRYPTO_LIMITS.tasksRunningMax);
  greedy[0]?.end();
  await new Promise(setImmediate);
  expect(begun.at(-1)).toBe("modest");
});

test("what would wait beyond the bound is refused; what waits for an owner that is gone makes room", () => {
  const alive = new Set(["one", "two"]);
  const queue = new TaskQueue<string>((owner) => alive.has(owner));
  const submit = (owner: string) => queue.submit(held(owner, []).task);
  for (let n = 0; n < CRYPTO_LIMITS.tasksRunningMax + CRYPTO_LIMITS.tasksWaitingMax; n++)
    expect(submit("one")).toBe(true);
  expect(submit("two")).toBe(false);
  alive.delete("one");
  expect(submit("two")).toBe(true);
});
