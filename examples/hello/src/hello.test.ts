import { loadFunction } from "../../thumbnails/src-dev/load-function.ts";
import { join } from "node:path";

test("hello greets by name, in the words of its environment", async () => {
  const lines: string[] = [];
  const env = { GREETING: "Grüezi" };
  const handler = await loadFunction(join(import.meta.dirname, "hello.ts"), {
    sluice: {},
    env,
    log: (line) => lines.push(line),
  });
  const context = {
    functionName: "hello",
    functionVersion: "3",
    awsRequestId: "an-id",
    getRemainingTimeInMillis: () => 2_999,
  };
  expect(await handler({ queryStringParameters: { name: "Ada" } }, context)).toEqual({
    message: "Grüezi, Ada!",
    function: "hello",
    version: "3",
    requestId: "an-id",
  });
  expect(await handler({ body: '{"name":"Bo"}' }, context)).toMatchObject({ message: "Grüezi, Bo!" });
  for (const body of ["no JSON", "null", '{"name":7}', ""]) {
    expect(await handler({ body }, context)).toMatchObject({ message: "Grüezi, world!" });
  }
  expect(lines.slice(0, 2)).toEqual(["greeting Ada, 2999 ms left", "greeting Bo, 2999 ms left"]);
});
