import { createServer } from "node:http";
import {
  type AdminServer,
  type AdminServerOptions,
  createLogger,
  createMetricsRegistry,
  listen,
  startAdminServer,
  StartError,
} from "./index.ts";

const lines: string[] = [];
const logger = createLogger({ service: "test", stream: { write: (line: string) => lines.push(line) } });
const metrics = createMetricsRegistry({ service: "test" });
const servers: AdminServer[] = [];

async function start(options: Partial<AdminServerOptions> = {}): Promise<AdminServer> {
  const server = await startAdminServer({ host: "127.0.0.1", port: 0, checks: {}, metrics, logger, ...options });
  servers.push(server);
  return server;
}

async function get(
  server: AdminServer,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${server.address}${path}`, init);
  return { status: response.status, text: await response.text() };
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

describe("the admin server", () => {
  test("is healthy and ready when its checks pass, and serves the metrics of the process", async () => {
    const server = await start({ checks: { redis: async () => "PONG" } });
    expect(await get(server, "/healthz")).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect(await get(server, "/readyz?verbose")).toEqual({ status: 200, text: '{"status":"ready"}' });
    const page = await get(server, "/metrics");
    expect(page.text).toContain('process_cpu_seconds_total{service="test"}');
  });

  test("names the checks that fail or hang, keeps the reasons for the log, and stays healthy", async () => {
    const checks = {
      good: async () => undefined,
      redis: async () => Promise.reject(new Error("connection refused to 10.0.0.1")),
      slow: () => new Promise(() => undefined),
    };
    const server = await start({ checks, checkTimeoutMs: 50 });
    const { status, text } = await get(server, "/readyz");
    expect([status, JSON.parse(text)]).toEqual([503, { status: "not ready", failing: ["redis", "slow"] }]);
    expect(lines.join("")).toContain("connection refused to 10.0.0.1");
    expect((await get(server, "/healthz")).status).toBe(200);
  });

  test("runs the checks once for callers that come together, and anew for the next", async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const check = async (): Promise<void> => {
      runs += 1;
      await gate.promise;
    };
    const server = await start({ checks: { check } });
    const both = Promise.all([get(server, "/readyz"), get(server, "/readyz")]);
    await get(server, "/healthz");
    gate.resolve();
    await both;
    const together = runs;
    await get(server, "/readyz");
    expect(runs).toBeGreaterThan(together);
    expect(together).toBeLessThanOrEqual(2);
  });

  test("is not ready once it drains", async () => {
    const server = await start();
    server.drain();
    expect(await get(server, "/readyz")).toEqual({ status: 503, text: '{"status":"draining"}' });
  });

  test("answers in the platform's error form to unknown paths, other methods and its own failures", async () => {
    const broken = createMetricsRegistry({ service: "test" });
    broken.metrics = () => Promise.reject(new Error("secret reason"));
    const server = await start({ metrics: broken });
    const unknown = await get(server, "/toString");
    expect([unknown.status, JSON.parse(unknown.text).error.code]).toEqual([404, "Request.NotFound"]);
    expect((await get(server, "/healthz", { method: "POST" })).status).toBe(405);
    const failed = await get(server, "/metrics");
    expect([failed.status, JSON.parse(failed.text).error.code]).toEqual([500, "Internal.Error"]);
    expect(failed.text).not.toContain("secret reason");
  });

  test("names its setting when the port is taken", async () => {
    const holder = createServer();
    const { port } = await listen(holder, { host: "127.0.0.1", port: 0, setting: "TEST" });
    const attempt = start({ port });
    await expect(attempt).rejects.toThrow(StartError);
    await expect(attempt).rejects.toThrow("set SLUICE_METRICS_PORT to a free port");
    holder.close();
  });

  test("can be stopped twice", async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    await expect(get(server, "/healthz")).rejects.toThrow("fetch failed");
  });
});
