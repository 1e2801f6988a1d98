import { StreamEnded } from "@sluice/core";
import { TrialPool, valueOf } from "./trial-pool.ts";

let trial: TrialPool;
beforeAll(async () => {
  trial = await TrialPool.start();
});
afterAll(() => trial.pool.stop());

const STREAM = (body: string): string =>
  `exports.handler = awslambda.streamifyResponse(async (event, stream) => { ${body} });`;

function run(code: string, take?: (head: string, bytes: Uint8Array) => Promise<void>) {
  const version = trial.define({ code });
  return trial.pool.run({ version, invocationId: "i-1", event: "{}", ...(take === undefined ? {} : { take }) });
}

test("pieces come out of a cell while the handler still runs", async () => {
  const pieces: string[] = [];
  const { promise: firstTaken, resolve: taken } = Promise.withResolvers<void>();
  const done = run(STREAM(`stream.write("one"); stream.end("two");`), async (_head, bytes) => {
    pieces.push(Buffer.from(bytes).toString());
    taken();
  });
  await firstTaken;
  const { error, payload } = await done;
  expect([error, payload.toString()]).toEqual([null, "null"]);
  expect(pieces.join("")).toBe("onetwo");
});

test("the handler waits until a piece is taken, and learns that nobody takes more", async () => {
  const taken: string[] = [];
  const { error } = await run(
    STREAM(
      "for (let n = 0; n < 1_000; n++) if (!stream.write('x'.repeat(60_000))) await new Promise((r) => stream.once('drain', r)); stream.end();",
    ),
    async (head) => {
      taken.push(head);
      if (taken.length === 3) throw new StreamEnded("Response.CallerGone", "gone");
    },
  );
  expect(error).toBeNull();
  expect(taken).toHaveLength(3);
});

test("without anybody who takes pieces, writing fails with a reason", async () => {
  const { error } = await run(STREAM("stream.end('x');"));
  expect(error?.errorMessage).toMatch(/nobody takes this response/);
});

test("a run of which something was taken is not begun again when its cell dies", async () => {
  const pieces: string[] = [];
  const { error, reruns } = await run(
    STREAM("stream.write('x'); await new Promise(() => {});"),
    async (_head, bytes) => {
      pieces.push(Buffer.from(bytes).toString());
      for (const pid of trial.pool.pids()) process.kill(pid, "SIGKILL");
    },
  );
  expect([error?.errorType, reruns]).toEqual(["Runtime.ExitError", 0]);
  expect(pieces).toEqual(["x"]);
});

test("a module may await timers and host calls at its top level", async () => {
  const code = `return (async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const { kv } = require("sluice");
    const stored = await kv.get("x").then(() => "answered", () => "answered");
    exports.handler = async () => stored;
  })();`;
  const version = trial.define({ code });
  expect(valueOf(await trial.run(version))).toBe("answered");
});

test("a top level that never settles ends with the init limit, and says so", async () => {
  const version = trial.define({ code: "return new Promise(() => {});", initTimeoutMs: 300 });
  const { error } = await trial.run(version);
  expect(error).toMatchObject({
    errorType: "Sandbox.Timedout",
    errorMessage: expect.stringMatching(/^Init timed out/) as string,
  });
});

test("a top level that rejects fails the call with its error", async () => {
  const version = trial.define({ code: "return Promise.reject(new RangeError('no'));" });
  expect((await trial.run(version)).error).toMatchObject({ errorType: "RangeError", errorMessage: "no" });
});
