import { parseFunctionOptions, toTriggers } from "./manifest.ts";

function read(http: unknown): unknown {
  const parsed = parseFunctionOptions({ triggers: [{ http }] });
  if (parsed.ok) return toTriggers("f", parsed.value)[0];
  return parsed.faults.map(({ path, message }) => `${path.slice(3).join(".")}: ${message}`);
}

test("a URL with nothing set has no settings", () => {
  for (const http of [null, {}]) expect(read(http)).toEqual({ type: "http", name: "f", auth: { type: "none" } });
});

test("callers may be asked for signatures", () => {
  expect(read({ auth: "iam" })).toEqual({ type: "http", name: "f", auth: { type: "iam" } });
});

test("CORS leaves the answer streaming, as it does without", () => {
  const cors = { allowOrigins: ["https://app.example", "*"], allowMethods: ["GET", "*"], maxAgeSeconds: 5 };
  const times = { createdAt: 0, updatedAt: 0 };
  expect(read({ cors })).toMatchObject({ url: { cors, invokeMode: "stream", ...times } });
  expect(read({ invokeMode: "buffered" })).toMatchObject({ url: { cors: null, invokeMode: "buffered", ...times } });
});

test.each([
  [{ auth: "aws" }, ["auth: must be 'iam', or have either 'bearer' or 'hmac'"]],
  [{ auth: {} }, ["auth: must have either 'bearer' or 'hmac'"]],
  [{ auth: { bearer: "short" } }, ["auth.bearer: must have at least 8 characters"]],
  [{ auth: { iam: true } }, ['auth: Unrecognized key: "iam"', "auth: must have either 'bearer' or 'hmac'"]],
  [{ cors: { allowOrigins: ["app.example"] } }, [expect.stringMatching(/^cors\.allowOrigins\.0: must be an origin/)]],
  [{ cors: { allowMethods: ["get"] } }, [expect.stringMatching(/^cors\.allowMethods\.0: must be an HTTP method/)]],
  [{ cors: { allowHeaders: ["a b"] } }, [expect.stringMatching(/^cors\.allowHeaders\.0: must be an HTTP header/)]],
  [{ cors: { maxAge: 5 } }, ['cors: Unrecognized key: "maxAge"']],
  [{ invokeMode: "STREAM" }, ["invokeMode: must be 'buffered' or 'stream'"]],
])("%j is refused with what to write", (http, faults) => {
  expect(read(http)).toEqual(faults);
});

test("only a function's URL asks for signatures", () => {
  expect(parseFunctionOptions({ triggers: [{ webhook: { auth: "iam" } }] }).ok).toBe(false);
});
