/**
 * What test files of the web platform's style call, as far as they need no page: the subset of testharness.js that its
 * documentation describes for workers. Runs inside the guest, before the test file.
 */
import { asserts, rejects } from "./assertions.js";
import { AssertionError, describeThrown, format, OptionalFeatureUnsupportedError } from "./check.js";
import { onResult, pending, results, Test } from "./test-case.js";

let promiseTests = Promise.resolve();
let explicitDone = false;
let isDone = false;
let singleTest;
let tellDone = () => {};
onResult(() => tellDone());

let unnamed = 0;
const nameFor = (name) => (name === undefined || name === "" ? `Untitled ${++unnamed}` : String(name));

function test(func, name) {
  const made = new Test(nameFor(name));
  const returned = made.step(func);
  if (typeof returned?.then === "function")
    made.fail(new AssertionError("test: a promise was returned; use promise_test"));
  made.done();
}

function async_test(func, name) {
  if (typeof func !== "function") return new Test(nameFor(func));
  const made = new Test(nameFor(name));
  made.step(func);
  return made;
}

function promise_test(func, name) {
  const made = new Test(nameFor(name));
  promiseTests = promiseTests.then(async () => {
    try {
      const returned = func.call(made, made);
      if (typeof returned?.then !== "function")
        throw new AssertionError("promise_test: the function returned no promise");
      await returned;
      made.done();
    } catch (error) {
      made.fail(error);
    }
    await made.cleaned;
  });
}

function promise_setup(func) {
  promiseTests = promiseTests.then(() => func());
  promiseTests.catch((error) =>
    results.push({ name: "promise_setup", status: "FAIL", message: describeThrown(error) }),
  );
}

function setup(funcOrOptions, options) {
  const { explicit_done, single_test } = (typeof funcOrOptions === "function" ? options : funcOrOptions) ?? {};
  if (explicit_done) explicitDone = true;
  if (single_test) {
    explicitDone = true;
    singleTest = new Test(globalThis.META_TITLE ?? "The whole file");
  }
  if (typeof funcOrOptions === "function") funcOrOptions();
}

function done() {
  isDone = true;
  singleTest?.done();
  tellDone();
}

/** Waits until every test has its result; those that have none in time are timed out. */
async function finish(timeoutMs) {
  let expired = false;
  void promiseTests.then(() => tellDone());
  const isFinished = () => expired || (pending.size === 0 && (!explicitDone || isDone));
  let timer;
  await new Promise((resolve) => {
    tellDone = () => void (isFinished() && resolve());
    timer = setTimeout(() => {
      expired = true;
      resolve();
    }, timeoutMs);
    tellDone();
  });
  clearTimeout(timer);
  for (const left of pending) left.end("TIMEOUT", "The test did not end in time");
  return results;
}

Object.assign(globalThis, asserts, rejects, {
  test,
  async_test,
  promise_test,
  promise_setup,
  setup,
  done,
  format_value: format,
  step_timeout: (func, delay, ...args) => setTimeout(() => func(...args), delay),
  generate_tests: (func, list) => {
    for (const [name, ...args] of list) test(() => func(...args), name);
  },
  subsetTest: (run, ...args) => run(...args),
  add_completion_callback: () => {},
  add_result_callback: () => {},
  AssertionError,
  OptionalFeatureUnsupportedError,
  GLOBAL: { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false },
  __finish: finish,
});
