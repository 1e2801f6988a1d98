import { FrameError } from "@sluice/core";
import { assert, property, anything, jsonValue, oneof, record, string } from "fast-check";
import {
  readBroken,
  readDoneHead,
  readFunctionError,
  readHostCallHead,
  readLogLines,
  readStatus,
} from "./cell-words.ts";

const READERS = {
  readDoneHead,
  readLogLines,
  readStatus,
  readBroken,
  readHostCallHead,
  readFunctionError: (head: string) => readFunctionError(Buffer.from(head)),
};

const nearlyRight = record(
  {
    ok: oneof(jsonValue(), anything()),
    durationMs: jsonValue(),
    initMs: jsonValue(),
    memoryMb: jsonValue(),
    logs: jsonValue(),
    startedAt: jsonValue(),
    isolates: jsonValue(),
    warm: jsonValue(),
    provisioned: jsonValue(),
    reason: jsonValue(),
    kill: jsonValue(),
    call: jsonValue(),
    op: jsonValue(),
    definition: jsonValue(),
    environment: jsonValue(),
    textBytes: jsonValue(),
    errorType: jsonValue(),
    errorMessage: jsonValue(),
    trace: jsonValue(),
  },
  { requiredKeys: [] },
);

test.each(Object.entries(READERS))(
  "%s takes the exact form or throws FrameError, whatever it is given",
  (_name, read) => {
    const check = (head: string): void => {
      let fault: unknown;
      try {
        read(head);
      } catch (error) {
        fault = error;
      }
      expect(fault === undefined || fault instanceof FrameError).toBe(true);
    };
    assert(property(string(), check), { numRuns: 300 });
    assert(
      property(jsonValue(), (value) => check(JSON.stringify(value))),
      { numRuns: 300 },
    );
    assert(
      property(nearlyRight, (value) =>
        check(JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? 0 : item))),
      ),
      { numRuns: 500 },
    );
  },
);

test("figures are finite and not negative, and lines have a level and a text", () => {
  const done = { ok: true, durationMs: 1, initMs: null, memoryMb: 2, logs: [[1, "INFO", "a"]], startedAt: 3 };
  expect(readDoneHead(JSON.stringify(done))).toEqual(done);
  for (const wrong of [
    { durationMs: -1 },
    { durationMs: null },
    { logs: [[1, "LOUD", "a"]] },
    { logs: {} },
    { ok: 1 },
  ]) {
    expect(() => readDoneHead(JSON.stringify({ ...done, ...wrong }))).toThrow(FrameError);
  }
});
