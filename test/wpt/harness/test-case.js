import { AssertionError, check, describeThrown, OptionalFeatureUnsupportedError } from "./check.js";

export const results = [];
/** Tests without a result, and those that still clean up. */
export const pending = new Set();
const MESSAGE_MAX = 500;
let tellDone;

/** `callback` runs whenever a test has ended and cleaned up. */
export function onResult(callback) {
  tellDone = callback;
}

export class Test {
  constructor(name) {
    this.name = name;
    this.status = undefined;
    this.message = null;
    this.cleanups = [];
    this.phases = { INITIAL: 0, STARTED: 1, HAS_RESULT: 2, COMPLETE: 4 };
    pending.add(this);
  }

  get phase() {
    return this.status === undefined ? 1 : 4;
  }

  step(func, self, ...args) {
    if (this.status !== undefined) return undefined;
    try {
      return func.apply(self ?? this, args.length === 0 ? [this] : args);
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  step_func(func, self) {
    return (...args) => this.step(func, self, ...(args.length === 0 ? [this] : args));
  }

  step_func_done(func, self) {
    return (...args) => {
      if (func !== undefined) this.step(func, self, ...(args.length === 0 ? [this] : args));
      this.done();
    };
  }

  unreached_func(description) {
    return this.step_func(() => check(false, "assert_unreached", description, "Reached unreachable code"));
  }

  step_timeout(func, delay, ...args) {
    return setTimeout(
      this.step_func(() => func.apply(this, args)),
      delay,
    );
  }

  step_wait(condition, description, timeout = 3000, interval = 100) {
    return new Promise((resolve) => this.step_wait_func(condition, resolve, description, timeout, interval));
  }

  step_wait_func(condition, then, description, timeout = 3000, interval = 100) {
    const look = (left) => {
      if (condition()) then();
      else if (left <= 0) check(false, "step_wait_func", description, "Timed out waiting on condition");
      else this.step_timeout(() => look(left - 1), interval);
    };
    this.step(() => look(Math.ceil(timeout / interval)));
  }

  step_wait_func_done(condition, then, ...rest) {
    this.step_wait_func(condition, this.step_func_done(then), ...rest);
  }

  add_cleanup(cleanup) {
    this.cleanups.push(cleanup);
  }

  done() {
    this.end("PASS", null);
  }

  fail(error) {
    const optional = error instanceof OptionalFeatureUnsupportedError;
    const text = error instanceof AssertionError ? error.message : describeThrown(error);
    this.end(optional ? "PRECONDITION_FAILED" : "FAIL", text);
  }

  end(status, message) {
    if (this.status !== undefined) return;
    this.status = status;
    this.message = message === null ? null : message.slice(0, MESSAGE_MAX);
    results.push({ name: this.name, status, message: this.message });
    this.cleaned = this.cleanUp();
    void this.cleaned.then(() => {
      pending.delete(this);
      tellDone();
    });
  }

  async cleanUp() {
    for (const cleanup of this.cleanups) {
      try {
        await cleanup();
      } catch (error) {
        results.push({ name: `${this.name} (cleanup)`, status: "FAIL", message: describeThrown(error) });
      }
    }
  }
}
