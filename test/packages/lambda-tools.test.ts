import { describePackage, PackageTrial } from "./package-trial.ts";

let packages: PackageTrial;
beforeAll(async () => {
  packages = await PackageTrial.start();
});
afterAll(() => packages.stop());

describePackage("@middy/core", () => {
  test("middleware sees the event before, the result after, and answers for an error", async () => {
    const source = `
      import middy from "@middy/core";
      const trace = [];
      const note = (name) => ({ before: (r) => void trace.push(name + " before " + r.event.n), after: () => void trace.push(name + " after") });
      export const handler = middy(async (event, context) => {
        if (event.n < 0) throw new RangeError("negative");
        return { double: event.n * 2, fn: context.functionName, trace };
      }).use([note("one"), note("two")]).before((r) => { r.event.n += 1; })
                .onError((r) => { r.response = { refused: r.error.message, type: r.error.name }; });`;
    expect(await packages.run(source, { n: 2 }, { name: "doubling" })).toEqual({
      double: 6,
      fn: "doubling",
      trace: ["one before 2", "two before 2", "two after", "one after"],
    });
    expect(await packages.run(source, { n: -5 })).toEqual({ refused: "negative", type: "RangeError" });
  });
});

const TOOLS = `
  import middy from "@middy/core";
  import { Logger } from "@aws-lambda-powertools/logger";
  import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
  import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
  import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
  const logger = new Logger({ serviceName: "orders", logLevel: "INFO" });
  const metrics = new Metrics({ namespace: "shop", serviceName: "orders" });
  export const handler = middy(async (event) => {
    logger.debug("not shown");
    logger.info("taken", { order: event.id });
    logger.error("lost", new TypeError("no such order"));
    metrics.addMetric("taken", MetricUnit.Count, 1);
    metrics.addMetric("price", MetricUnit.NoUnit, 9.5);
    return "ok";
  }).use(injectLambdaContext(logger)).use(logMetrics(metrics, { captureColdStartMetric: true }));`;

let lines: readonly Record<string, unknown>[];
beforeAll(async () => {
  const { logs } = await packages.attempt(TOOLS, { id: 7 }, { name: "orders" });
  lines = logs.map(([, , text]) => JSON.parse(text) as Record<string, unknown>);
});

describePackage("@aws-lambda-powertools/logger", () => {
  test("every line is JSON with the invocation's context and the level of its log line", () => {
    const logged = lines.filter((line) => "level" in line);
    const context = { service: "orders", function_name: "orders", function_memory_size: "128", cold_start: true };
    expect(logged).toEqual([
      expect.objectContaining({ ...context, level: "INFO", message: "taken", order: 7 }),
      expect.objectContaining({ ...context, level: "ERROR", message: "lost" }),
    ]);
    expect(logged[1]?.["error"]).toMatchObject({ name: "TypeError", message: "no such order" });
    expect(logged[0]?.["function_request_id"]).toMatch(/^id-/);
  });
});

describePackage("@aws-lambda-powertools/metrics", () => {
  test("metrics are lines in embedded metric format, the cold start one of its own", () => {
    const measured = lines.filter((line) => "_aws" in line);
    const namesOf = (line: Record<string, unknown>): unknown =>
      (line["_aws"] as { CloudWatchMetrics: { Namespace: string; Metrics: { Name: string; Unit: string }[] }[] })
        .CloudWatchMetrics;
    expect(measured.map(namesOf)).toEqual([
      [expect.objectContaining({ Namespace: "shop", Metrics: [{ Name: "ColdStart", Unit: "Count" }] })],
      [
        expect.objectContaining({
          Namespace: "shop",
          Metrics: [
            { Name: "taken", Unit: "Count" },
            { Name: "price", Unit: "None" },
          ],
        }),
      ],
    ]);
    expect(measured[1]).toMatchObject({ service: "orders", taken: 1, price: 9.5 });
  });
});

describePackage("hono", () => {
  const APP = `
    import { Hono } from "hono";
    import { bearerAuth } from "hono/bearer-auth";
    import { HTTPException } from "hono/http-exception";
    const app = new Hono();
    app.use("/private/*", bearerAuth({ token: "secret" }));
    app.get("/private/me", (c) => c.text("it is you"));
    app.post("/orders/:id", async (c) => c.json({ id: c.req.param("id"), ...(await c.req.json()), dry: c.req.query("dry") }, 201, { "x-made": "yes" }));
    app.get("/picture", (c) => c.body(new Uint8Array([137, 80, 255]), 200, { "content-type": "image/png" }));
    app.get("/fails", () => { throw new HTTPException(409, { message: "already there" }); });`;
  const call = (method: string, path: string, query = "", headers: Record<string, string> = {}, body?: string) => ({
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    headers: { host: "fn.example", ...headers },
    requestContext: { domainName: "fn.example", http: { method, path, sourceIp: "192.0.2.1" } },
    body,
    isBase64Encoded: false,
  });

  test("answers function URLs through its adapter for Lambda", async () => {
    const source = `${APP}
      import { handle } from "hono/aws-lambda";
      const lambda = handle(app);
      export const handler = async (events, context) => Promise.all(events.map((event) => lambda(event, context)));`;
    const json = { "content-type": "application/json" };
    const answers = await packages.run(source, [
      call("POST", "/orders/7", "dry=1", json, '{"count":2}'),
      call("GET", "/picture"),
      call("GET", "/fails"),
      call("GET", "/private/me"),
      call("GET", "/private/me", "", { authorization: "Bearer secret" }),
      call("GET", "/nowhere"),
    ]);
    expect(answers).toMatchObject([
      { statusCode: 201, body: '{"id":"7","count":2,"dry":"1"}', headers: { "x-made": "yes" }, isBase64Encoded: false },
      { statusCode: 200, body: "iVD/", isBase64Encoded: true },
      { statusCode: 409, body: "already there" },
      { statusCode: 401 },
      { statusCode: 200, body: "it is you" },
      { statusCode: 404 },
    ]);
  });

  test("is a web handler as it is", async () => {
    const source = `${APP}\nexport default app;`;
    expect(await packages.run(source, call("POST", "/orders/8", "", {}, '{"count":1}'))).toMatchObject({
      statusCode: 201,
      headers: { "x-made": "yes", "content-type": "application/json" },
      body: '{"id":"8","count":1}',
    });
  });
});
