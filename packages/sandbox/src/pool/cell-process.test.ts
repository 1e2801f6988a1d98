import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import { encodeFrame, type FunctionError } from "@sluice/core";
import { array, assert, asyncProperty, integer, oneof, record, uint8Array } from "fast-check";
import { FROM_CELL } from "../cell-protocol.ts";
import type { CellEvents, CellLoss, PendingRun } from "./cell-events.ts";
import { CellProcess } from "./cell-process.ts";
import { NO_ISOLATION } from "./isolation.ts";
import type { Broker, VersionSpec } from "./run.ts";

/** A cell whose words a test makes up. */
class FakeChild extends EventEmitter {
  readonly pid = undefined;
  readonly stdio: unknown[];
  killed = false;

  constructor(socket: Duplex) {
    super();
    this.stdio = [null, null, null, socket];
  }

  kill(): boolean {
    if (!this.killed) setImmediate(() => this.emit("exit", null, "SIGKILL"));
    this.killed = true;
    return true;
  }
}

/** Ids of the first runs of a cell, as a SlotTable gives them out. */
const FIRST = 0x10000;
const SECOND = 0x10001;

class Trial implements CellEvents {
  readonly socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  readonly child = new FakeChild(this.socket);
  readonly cell: CellProcess;
  readonly ends: (FunctionError | Buffer | "lost")[] = [];
  readonly losses: CellLoss[] = [];

  constructor(broker: Broker = async () => ({ ok: true, text: "" })) {
    this.cell = new CellProcess({
      prelude: "",
      cell: { maxIsolates: 1, idleMs: 1_000, parallelism: 1 },
      limits: { addressSpaceMb: 1, rssMb: 1 },
      isolation: NO_ISOLATION,
      number: 0,
      broker,
      events: this,
      now: () => 0,
      spawn: () => this.child as unknown as ChildProcess,
    });
  }

  async start(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const version = {
        key: "v",
        tenant: "t",
        definition: { memoryMb: 64, timeoutMs: 1e6 },
        loadCode: async () => Buffer.alloc(0),
      };
      const request = { version: version as unknown as VersionSpec, invocationId: `${n}`, event: "{}" };
      this.cell.start({ request, quarantine: "none", reruns: 0, startedAt: 0, deadline: undefined });
    }
    await settle();
  }

  async say(...chunks: readonly Uint8Array[]): Promise<void> {
    for (const chunk of chunks) this.socket.push(chunk);
    await settle();
  }

  done(_cell: CellProcess, _run: PendingRun, _head: unknown, result: Buffer | FunctionError): void {
    this.ends.push(result);
  }

  status(): void {}
  retired(): void {}

  lost(_cell: CellProcess, loss: CellLoss): void {
    this.losses.push(loss);
    for (const _run of loss.runs) this.ends.push("lost");
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}

const DONE = JSON.stringify({ ok: true, durationMs: 1, initMs: null, memoryMb: 1, logs: [], startedAt: 1 });
const valid = [
  encodeFrame(FROM_CELL.ready, 0, ""),
  encodeFrame(FROM_CELL.started, FIRST, ""),
  encodeFrame(FROM_CELL.logs, FIRST, '[[1,"INFO","line"]]'),
  encodeFrame(FROM_CELL.hostCall, 9, `{"op":30,"definition":1,"environment":1,"call":${FIRST},"textBytes":2}`, "{}"),
  encodeFrame(FROM_CELL.status, 0, '{"isolates":1,"warm":{"1":1},"provisioned":{}}'),
  encodeFrame(FROM_CELL.done, FIRST, DONE, "1"),
  encodeFrame(
    FROM_CELL.done,
    SECOND,
    DONE.replace("true", "false"),
    '{"errorType":"Error","errorMessage":"","trace":[]}',
  ),
];

test("words of the exact form are believed", async () => {
  const trial = new Trial();
  await trial.start(2);
  await trial.say(...valid);
  expect(trial.ends).toEqual([Buffer.from("1"), { errorType: "Error", errorMessage: "", trace: [] }]);
  expect([trial.child.killed, trial.cell.booted, trial.cell.isolates]).toEqual([false, true, 1]);
});

test.each([
  ["a type that is none", encodeFrame(99, 1, "")],
  ["a result whose head is no JSON", encodeFrame(FROM_CELL.done, FIRST, "{")],
  ["a result whose head is another thing", encodeFrame(FROM_CELL.done, FIRST, "[]")],
  ["an error of another form", encodeFrame(FROM_CELL.done, FIRST, DONE.replace("true", "false"), "null")],
  ["a result over its limit", encodeFrame(FROM_CELL.done, FIRST, DONE, Buffer.alloc(8 * 2 ** 20))],
  ["a status without its parts", encodeFrame(FROM_CELL.status, 0, '{"isolates":1,"warm":null}')],
  [
    "a host call for no function",
    encodeFrame(FROM_CELL.hostCall, 1, `{"op":1,"definition":7,"environment":1,"call":${FIRST},"textBytes":0}`),
  ],
  [
    "a host call shorter than its text",
    encodeFrame(FROM_CELL.hostCall, 1, `{"op":1,"definition":1,"environment":1,"call":${FIRST},"textBytes":5}`),
  ],
  ["a frame of two gigabytes", Buffer.from([0x7f, 0xff, 0xff, 0xff, 1])],
  ["a frame that is too short", Buffer.from([0, 0, 0, 1, 1])],
])("%s kills the cell, and its runs are handed back", async (_what, words) => {
  const trial = new Trial();
  await trial.start(2);
  await trial.say(words);
  expect(trial.child.killed).toBe(true);
  expect(trial.ends).toEqual(["lost", "lost"]);
  expect(trial.losses).toMatchObject([{ reason: "protocol", guilty: undefined }]);
});

test("results for runs that are none, and results sent twice, change nothing", async () => {
  const trial = new Trial();
  await trial.start(1);
  const done = encodeFrame(FROM_CELL.done, FIRST, DONE, "1");
  await trial.say(encodeFrame(FROM_CELL.done, 77, DONE, "forged"), done, done);
  expect(trial.ends).toEqual([Buffer.from("1")]);
});

test("more open host calls than a cell may have kill it, however cheap each is", async () => {
  let asked = 0;
  const trial = new Trial(() => {
    asked += 1;
    return new Promise(() => undefined);
  });
  await trial.start(1);
  const call = encodeFrame(
    FROM_CELL.hostCall,
    1,
    `{"op":30,"definition":1,"environment":1,"call":${FIRST},"textBytes":0}`,
  );
  await trial.say(Buffer.concat(Array.from({ length: 1_200 }, () => call)));
  expect([asked, trial.child.killed]).toEqual([512, true]);
});

test("log lines beyond the budget of a run are dropped", async () => {
  const lines: unknown[] = [];
  const trial = new Trial();
  await trial.start(0);
  const version = {
    key: "v",
    tenant: "t",
    definition: { memoryMb: 64, timeoutMs: 1e6 },
    loadCode: async () => Buffer.alloc(0),
  };
  const request = {
    version: version as unknown as VersionSpec,
    invocationId: "a",
    event: "{}",
    onLogs: (some: readonly unknown[]) => lines.push(...some),
  };
  trial.cell.start({ request, quarantine: "none", reruns: 0, startedAt: 0, deadline: undefined });
  await settle();
  const frame = encodeFrame(
    FROM_CELL.logs,
    FIRST,
    JSON.stringify(Array.from({ length: 100 }, () => [1, "INFO", "x".repeat(1_000)])),
  );
  for (let n = 0; n < 50; n++) await trial.say(frame);
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.length).toBeLessThan(1_000);
});

test("bytes changed at random: every run ends once at the most, and one loss hands all open ones back", async () => {
  const stream = Buffer.concat(valid);
  const change = record({ at: integer({ min: 0, max: stream.length - 1 }), to: integer({ min: 0, max: 255 }) });
  const cut = integer({ min: 1, max: 64 });
  const garbage = uint8Array({ maxLength: 40 });
  await assert(
    asyncProperty(array(change, { maxLength: 6 }), cut, oneof(garbage), async (changes, size, tail) => {
      const bytes = Buffer.from(stream);
      for (const { at, to } of changes) bytes[at] = to;
      const trial = new Trial();
      await trial.start(3);
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      await trial.say(...chunks, tail);
      trial.cell.kill("crash");
      await settle();
      expect(trial.ends).toHaveLength(3);
      expect(trial.losses).toHaveLength(1);
    }),
    { numRuns: 300 },
  );
});
