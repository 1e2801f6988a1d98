import { createLogger, type LoggerOptions } from "./index.ts";

function capture(options: Partial<LoggerOptions> = {}): { lines: string[]; logger: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) };
  return { lines, logger: createLogger({ service: "gateway", stream, ...options }) };
}

describe("the logger", () => {
  test("writes one JSON object a line with level, time, service and the fields of its parents", () => {
    const { lines, logger } = capture();
    logger.child({ tenant: "default" }).info({ port: 1 }, "listening");
    logger.debug({}, "too fine");
    expect(lines).toHaveLength(1);
    const record: unknown = JSON.parse(lines[0] ?? "");
    expect(record).toMatchObject({
      level: "info",
      service: "gateway",
      tenant: "default",
      port: 1,
      message: "listening",
    });
    expect(record).toHaveProperty("time", expect.stringMatching(/^\d{4}-.*Z$/));
  });

  test("masks secrets at any depth, in children's fields, errors and addresses", () => {
    const { lines, logger } = capture();
    const cause = new Error("cannot reach redis://me:hunter2@host:6379");
    const err = Object.assign(new Error("outer", { cause }), { config: { token: "hunter2" } });
    const fields = { headers: { Authorization: "hunter2" }, list: [{ password: "hunter2" }], accessToken: "hunter2" };
    logger.child({ token: "hunter2" }).error({ err, ...fields }, "failed at redis://:hunter2@host");
    expect(lines.join("")).not.toContain("hunter2");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      headers: { Authorization: "[redacted]" },
      err: { type: "Error", message: "outer", cause: { message: "cannot reach redis://me:***@host:6379" } },
      message: "failed at redis://:***@host",
    });
  });

  test("survives fields that no JSON can hold", () => {
    const { lines, logger } = capture();
    const loop: Record<string, unknown> = { big: 1n, bytes: new Uint8Array(3) };
    loop["self"] = loop;
    logger.info({ loop }, "odd");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ loop: { big: "1", bytes: "[3 bytes]", self: "[circular]" } });
  });

  test("writes short lines for people when asked", () => {
    const { lines, logger } = capture({ format: "pretty" });
    logger.warn({ port: 8080, name: "two words", err: new Error("boom") }, "slow");
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}gateway: slow port=8080 name="two words"\n {2}Error: boom\n/,
    );
  });
});
