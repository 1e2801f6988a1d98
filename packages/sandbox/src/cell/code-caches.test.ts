import { CodeCaches, type Releasable } from "./code-caches.ts";

class Memory implements Releasable {
  released = false;

  release(): void {
    this.released = true;
  }
}

test("every version gets its own, and only that", () => {
  const caches = new CodeCaches<Memory>();
  const [one, two, three] = [{ name: "same" }, { name: "same" }, { name: "same" }];
  const [first, second] = [new Memory(), new Memory()];
  caches.put(one, first, 10);
  caches.put(two, second, 10);
  expect([caches.get(one), caches.get(two), caches.get(three)]).toEqual([first, second, undefined]);
  caches.drop(one);
  expect([caches.has(one), first.released, second.released]).toEqual([false, true, false]);
});

test("what was used longest ago gives way to what comes, and is released", () => {
  const caches = new CodeCaches<Memory>(100);
  const versions = [{}, {}, {}] as const;
  const made = versions.map(() => new Memory());
  caches.put(versions[0], made[0] as Memory, 40);
  caches.put(versions[1], made[1] as Memory, 40);
  caches.get(versions[0]);
  caches.put(versions[2], made[2] as Memory, 40);
  expect(made.map(({ released }) => released)).toEqual([false, true, false]);
});

test("one that is larger than all may be is not kept", () => {
  const caches = new CodeCaches<Memory>(100);
  const [version, memory] = [{}, new Memory()];
  caches.put(version, memory, 101);
  expect([caches.has(version), memory.released]).toEqual([false, true]);
});
