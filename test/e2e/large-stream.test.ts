import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { LIMITS } from "@sluice/core";
import { Stack } from "../support/stack.ts";
import { eventually } from "../support/eventually.ts";

const CODE = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const piece = Buffer.alloc(65_536, 1);
  for (let left = Number(event.queryStringParameters.bytes); left > 0; left -= piece.length) {
    const ok = stream.write(left < piece.length ? piece.subarray(0, left) : piece);
    if (!ok) await new Promise((resolve) => stream.once("drain", resolve));
  }
  stream.end();
});`;
const GROWTH_MAX_MB = 64;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.deploy("large", CODE, { triggers: [{ http: {} }], timeoutMs: 60_000 });
  await stack.deploy("whole", `exports.handler = async (n) => "x".repeat(n);`, { timeoutMs: 20_000 });
  // What an engine takes at first for its own needs is no part of what is measured.
  await eventually(
    () => fetch(`${stack.endpoint}/fn/large?bytes=50000000`).then((response) => response.arrayBuffer()),
    ({ byteLength }) => byteLength === 50_000_000,
  );
});
afterAll(() => stack.stop());

/** Resident MiB of gateway, worker and cells. */
function resident(): Map<number, number> {
  const children = (pid: number): number[] =>
    readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  const [gateway, worker] = [stack.gateways[0]?.pid ?? 0, stack.workers[0]?.pid ?? 0];
  const pids = [gateway, worker, ...children(worker).flatMap((pid) => [pid, ...children(pid)])];
  const rss = (pid: number): number =>
    (Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4_096) / 2 ** 20;
  return new Map(pids.map((pid) => [pid, rss(pid)]));
}

test("a response of 200 MiB reaches a slow reader whole, and nobody on the way keeps more than a little of it", async () => {
  const before = resident();
  let growthMb = 0;
  const measure = (): void => {
    for (const [pid, mb] of resident()) growthMb = Math.max(growthMb, mb - (before.get(pid) ?? mb));
  };
  const url = `${stack.endpoint}/fn/large?bytes=${LIMITS.streamedBytesMax}`;
  const [response] = (await once(get(url), "response")) as [IncomingMessage];
  let [bytes, next] = [0, 0];
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes < next) continue;
    next += 10 * 1024 * 1024;
    // The reader's own pace is what is tried here.
    await pause(100);
    measure();
  }
  expect(bytes).toBe(LIMITS.streamedBytesMax);
  expect(before.size).toBeGreaterThan(2);
  expect(growthMb).toBeLessThan(GROWTH_MAX_MB);
});

test("one byte more than 200 MiB breaks the connection; a result of 6 MiB is the largest that is not streamed", async () => {
  const response = await fetch(`${stack.endpoint}/fn/large?bytes=${LIMITS.streamedBytesMax + 1}`);
  const read = async (): Promise<void> => {
    for await (const _piece of response.body ?? []) continue;
  };
  await expect(read()).rejects.toThrow("terminated");
  const client = await stack.client();
  const sizes = [LIMITS.payloadBytesMax - 2, LIMITS.payloadBytesMax - 1];
  const answers = await Promise.all(sizes.map((n) => client.invoke({ name: "whole", event: String(n) })));
  expect(answers.map((answer) => (answer.ok ? (answer.result as string).length : answer.error?.errorType))).toEqual([
    sizes[0],
    "Function.ResponseSizeTooLarge",
  ]);
});
