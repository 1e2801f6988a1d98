import { readClientContext } from "./client-context.ts";

function codeOf(text: string): unknown {
  try {
    return readClientContext(text);
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

const encode = (text: string): string => Buffer.from(text).toString("base64");

test("a client context is a JSON object in base64", () => {
  expect(readClientContext(encode(' { "client": { "installation_id": "é" } } '))).toBe(
    '{"client":{"installation_id":"é"}}',
  );
});

test("anything else is refused", () => {
  expect(["", "%%%", encode("[1]"), encode("null"), encode("{"), encode('"x"')].map(codeOf)).toEqual(
    Array(6).fill("Request.InvalidJson"),
  );
});

test("one that Lambda would refuse for its size is refused", () => {
  const text = encode(JSON.stringify({ x: "y".repeat(2_670) }));
  expect([text.length > 3_500, text.length <= 3_583, typeof codeOf(text)]).toEqual([true, true, "string"]);
  expect(codeOf(encode(JSON.stringify({ x: "y".repeat(2_700) })))).toBe("Request.TooLarge");
});
