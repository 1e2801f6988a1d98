import type { Definition } from "../cell-protocol.ts";
import { explainEnd, outOfMemory, timedOut } from "./explain-end.ts";
import { codeFramesOf } from "./isolate-errors.ts";

const definition = { memoryMb: 128, timeoutMs: 3_000 } as Definition;
const why = (facts: Parameters<typeof timedOut>[2]): string => timedOut("id", definition, facts).explanation ?? "";

test("a timeout on the CPU says where the code was, and keeps its frames", () => {
  const stack =
    "Error: Script execution timed out.\n    at inner (/var/task/index.js:1:30)\n    at turn (sluice:runtime:4:1)\n" +
    "    at handler (/var/task/index.js:3:2)\n    at (<isolated-vm boundary>)\n    at IsolateSandbox (/opt/sluice/isolate.ts:1:1)";
  const frames = codeFramesOf(Object.assign(new Error(), { stack }), "/var/task/index.js");
  expect(frames).toEqual(["    at inner (/var/task/index.js:1:30)", "    at handler (/var/task/index.js:3:2)"]);
  const error = explainEnd({
    reason: "timeout",
    invocationId: "id",
    definition,
    expired: undefined,
    frames,
    rejection: undefined,
  });
  expect(error).toMatchObject({ errorType: "Sandbox.Timedout", trace: frames });
  expect(error.explanation).toMatch(
    /CPU busy.*timeoutMs 3000, wall-clock.*It was at inner \(\/var\/task\/index\.js:1:30\)\./,
  );
});

test("a timeout in waiting says how much CPU was used and what was open", () => {
  expect(why({ cpuMs: 12.4, waitsFor: ["2 × http.fetch"] })).toMatch(
    /used 12 ms of CPU time.*open at the end: 2 × http/,
  );
  expect(why({ cpuMs: 0, waitsFor: [] })).toMatch(/no call to the outside and no timer open.*never settles/);
  expect(why({ cpuMs: 2_900 })).toMatch(/CPU busy.*of which 2900 ms CPU time/);
  expect(why({ uninterruptible: true })).toMatch(/cannot be interrupted.*process was ended/);
});

test("out of memory tells V8's heap from native memory, with figures", () => {
  const say = (facts: Parameters<typeof outOfMemory>[2]): string | undefined =>
    outOfMemory("id", definition, facts).explanation;
  expect(say("heap")).toMatch(/V8's heap up to memoryMb 128/);
  expect(say({ residentMb: 700, limitMb: 352 })).toMatch(/held 700 MB.*may use 352 MB.*native memory/);
  expect(say("unknown")).toMatch(/The system ended the process/);
});
