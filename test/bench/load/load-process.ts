import { percentile } from "../spread.ts";
import { KeepAliveConnection } from "./keep-alive-connection.ts";
import type { LoadJob, LoadReport } from "./load-job.ts";

/** The process that makes the load: a job comes by IPC, its report goes back. */
process.on("message", (job: LoadJob) => {
  void run(job).then((report) => process.send?.(report));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

/** @throws Error when a connection breaks, which ends this process: what came of a broken job would mislead */
function run(job: LoadJob): Promise<LoadReport> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadReport>();
  const limit = "requests" in job.stopAfter ? job.stopAfter.requests : Number.POSITIVE_INFINITY;
  const longestMs = "ms" in job.stopAfter ? job.stopAfter.ms : Number.POSITIVE_INFINITY;
  const request = requestOf(job);
  const latencies: number[] = [];
  const startedAt = performance.now();
  let failures = 0;
  let firstFailure = "";
  let sent = 0;
  let open = 0;
  const open1 = (): void => {
    let sentAt = startedAt;
    open += 1;
    sent += 1;
    new KeepAliveConnection({
      ...job,
      request,
      onFault: reject,
      onAnswer: (status, head) => {
        const now = performance.now();
        latencies.push(now - sentAt);
        if (status !== job.status && failures++ === 0) firstFailure = head;
        sentAt = now;
        if (sent < limit && now - startedAt < longestMs) return ++sent > 0;
        if (--open === 0) resolve(report(now));
        return false;
      },
    });
  };
  const report = (now: number): LoadReport => ({
    requests: latencies.length,
    failures,
    firstFailure,
    startedAt: performance.timeOrigin + startedAt,
    ms: now - startedAt,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  });
  for (let slot = 0; slot < Math.min(job.inFlight, limit); slot++) open1();
  return promise;
}

function requestOf({ host, port, path, body, headers = {} }: LoadJob): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries({ "content-type": "application/json", ...headers }).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
