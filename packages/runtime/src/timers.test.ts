import { LIMITS } from "@sluice/core";
import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";

let prelude: string;
let guest: GuestHarness;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
});

test("timers fire in the order of their time, with their arguments", async () => {
  expect(
    await guest.run(`
      const order = [];
      setTimeout((...args) => order.push(['b', ...args]), 20, 1, 2);
      setTimeout(() => order.push('a'), 10);
      setImmediate(() => order.push('now'));
      process.nextTick((x) => order.push(x), 'tick');
      queueMicrotask(() => order.push('micro'));
      await new Promise((resolve) => setTimeout(resolve, 30));
      return order;`),
  ).toEqual(["tick", "micro", "now", "a", ["b", 1, 2]]);
});

test("an interval goes on until it is cleared, also from within", async () => {
  expect(
    await guest.run(`
      let ticks = 0;
      await new Promise((resolve) => {
        const interval = setInterval(() => { if (++ticks === 3) { clearInterval(interval); resolve(); } }, 5);
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ticks;`),
  ).toBe(3);
  expect(guest.pendingTimers).toBe(0);
});

test("a cleared timer does not fire, whether it is cleared by object, number or text", async () => {
  expect(
    await guest.run(`
      const fired = [];
      clearTimeout(setTimeout(() => fired.push(1), 1));
      clearTimeout(+setTimeout(() => fired.push(2), 1));
      clearTimeout(String(+setTimeout(() => fired.push(3), 1)));
      clearImmediate(setImmediate(() => fired.push(4)));
      clearTimeout(undefined); clearTimeout({}); clearTimeout('x'); clearImmediate(null);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return fired;`),
  ).toEqual([]);
});

test("a timer is Node's object", async () => {
  expect(
    await guest.run(`
      const timer = setTimeout(() => {}, 1);
      const shown = [timer.constructor.name, timer.hasRef(), timer.unref().hasRef(), timer.ref() === timer, typeof +timer];
      timer.close();
      return shown;`),
  ).toEqual(["Timeout", true, false, true, "number"]);
});

test("refresh starts the time anew", async () => {
  expect(
    await guest.run(`
      const order = [];
      const timer = setTimeout(() => order.push('refreshed'), 10);
      setTimeout(() => timer.refresh(), 5);
      setTimeout(() => order.push('other'), 12);
      await new Promise((resolve) => setTimeout(resolve, 30));
      return order;`),
  ).toEqual(["other", "refreshed"]);
});

test("delays that are no delays are one millisecond, as in Node", async () => {
  await guest.run("for (const delay of [0, -5, NaN, 2 ** 31, undefined, 'x', 1.9, '7']) setTimeout(() => {}, delay);");
  const delays = guest.sent.filter(({ name }) => name === "timer.start").map(({ text }) => text);
  expect(delays).toEqual(["1", "1", "1", "1", "1", "1", "1", "7"]);
});

test("a callback that is no function is refused", async () => {
  expect(await guest.run("try { setTimeout('code'); } catch (error) { return error.name; }")).toBe("TypeError");
});

test("timers outlive their invocation and fire during the next one or between the two", async () => {
  await guest.load(`
    let late = 0;
    exports.handler = async () => { setTimeout(() => late++, 5); return late; };`);
  expect((await guest.invoke()).payload).toBe("0");
  await guest.settle();
  expect((await guest.invoke()).payload).toBe("1");
});

test("the number of pending timers is bounded", async () => {
  guest.autoFire = false;
  expect(
    await guest.run(`
      for (let n = 0; n < ${LIMITS.timersPerInvocation}; n++) setTimeout(() => {}, 1e6);
      try { setTimeout(() => {}, 1); } catch (error) { return [error.name, error.message]; }`),
  ).toEqual(["RangeError", expect.stringContaining("wait for some of them")]);
});

test("a guest that never gives up control cannot flood the host with timers that it clears", async () => {
  expect(
    await guest.run(`
      let started = 0;
      try { for (;;) { clearTimeout(setTimeout(() => {}, 1)); started++; } } catch (error) { return [error.name, started]; }`),
  ).toEqual(["RangeError", LIMITS.timersPerInvocation]);
});

test("timers/promises waits, and can be aborted", async () => {
  expect(
    await guest.run(`
      const { setTimeout: wait } = require('node:timers/promises');
      const value = await wait(5, 'done');
      let aborted;
      try { await wait(1000, null, { signal: AbortSignal.timeout(1) }); } catch (error) { aborted = error.name; }
      return [value, aborted];`),
  ).toEqual(["done", "AbortError"]);
});
