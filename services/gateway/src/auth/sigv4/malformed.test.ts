import { array, assert, asyncProperty, string } from "fast-check";
import { createMemoryStores } from "@sluice/store";
import type { RequestHead } from "./signature-claim.ts";
import { accessKey, presigned, SECRET, signed, withHeaders } from "./testing/signed-request.ts";
import { SignatureVerifier } from "./verifier.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const BODY = Buffer.from("{}");

async function verify(head: RequestHead): Promise<string> {
  const { keys } = createMemoryStores({ now: () => NOW });
  await keys.putKey(accessKey(), SECRET);
  const verifier = new SignatureVerifier({ keys, region: "us-east-1", now: () => NOW });
  const result = await verifier.verify(head, "lambda", BODY);
  if (result.ok) return "let in";
  const { status, code, message } = result.refusal;
  return status === 403 ? `${code}: ${message}` : `${status}`;
}

const sign = () => signed({ method: "POST", path: "/f", body: "{}", headers: { "x-amz-target": "a" } }, { at: NOW });
const link = () => presigned({ method: "POST", path: "/f", body: "{}" }, 60, { at: NOW });

async function withAuthorization(change: (text: string) => string): Promise<string> {
  const { head } = await sign();
  const text = head.rawHeaders[head.rawHeaders.indexOf("authorization") + 1] ?? "";
  return await verify(withHeaders(head, { authorization: change(text) }));
}

test("a request without a signature has none", async () => {
  const { head } = await sign();
  const missing = "MissingAuthenticationTokenException: Missing Authentication Token";
  expect(await verify(withHeaders(head, { authorization: undefined }))).toBe(missing);
  expect(await verify(withHeaders(head, { authorization: "" }))).toBe(missing);
  expect(await verify({ method: "", url: "", rawHeaders: [] })).toBe(missing);
});

test.each<[string, (text: string) => string, RegExp]>([
  ["another algorithm", (text) => text.replace("SHA256", "SHA1"), /requires the algorithm/],
  ["a bearer token", () => "Bearer AK.secret", /requires the algorithm/],
  ["only the algorithm", () => "AWS4-HMAC-SHA256", /missing equal-sign/],
  ["no credential", (text) => text.replace(/Credential=[^,]+, /, ""), /requires 'Credential' parameter\.$/],
  ["nothing that it needs", () => "AWS4-HMAC-SHA256 a=b", /'Credential'.*'Signature'.*'SignedHeaders'/],
  ["a part twice", (text) => `${text}, Signature=0`, /names 'Signature' twice/],
  ["a short credential", (text) => text.replace("/lambda/", "/"), /exactly 5 slash-delimited/],
  ["a long credential", (text) => text.replace("AKID", `AK${"x".repeat(9_000)}`), /exactly 5 slash-delimited/],
  [
    "ten thousand signed headers",
    (text) => text.replace("=host;", `=${"a;".repeat(10_000)}host;`),
    /too many SignedHeaders/,
  ],
])("%s: incomplete", async (_what, change, message) => {
  const result = await withAuthorization(change);
  expect(result).toMatch(/^IncompleteSignatureException: /);
  expect(result).toMatch(message);
  expect(result.length).toBeLessThan(400);
});

test.each<[string, (text: string) => string, RegExp]>([
  ["another day", (text) => text.replace("/20261124/", "/20261123/"), /Date in Credential scope does not match/],
  ["another terminator", (text) => text.replace("aws4_request", "aws5_request"), /valid terminator/],
  ["no signed host", (text) => text.replace("=host;", "="), /'Host' must be a 'SignedHeader'/],
  [
    "an x-amz- header that is not signed",
    (text) => text.replace(";x-amz-target", ""),
    /'x-amz-target' must be a 'SignedHeader'/,
  ],
  [
    "a signed header that did not come",
    (text) => text.replace("=host;", "=host;no-such;"),
    /'no-such' is a 'SignedHeader'/,
  ],
  ["signed headers out of order", (text) => text.replace(/host;([^,]+),/, "$1;host,"), /in order/],
  ["a signed header twice", (text) => text.replace("=host;", "=host;host;"), /in order/],
  ["signed headers in capitals", (text) => text.replace("=host;", "=Host;"), /'Host' must be/],
])("%s: invalid", async (_what, change, message) => {
  const result = await withAuthorization(change);
  expect(result).toMatch(/^InvalidSignatureException: /);
  expect(result).toMatch(message);
});

test.each(["Authorization", "Host", "X-Amz-Date", "X-Amz-Content-Sha256", "Date"])(
  "%s twice is ambiguous",
  async (name) => {
    const { head } = await sign();
    const rawHeaders = [...head.rawHeaders, name, "a", name, "b"];
    expect(await verify({ ...head, rawHeaders })).toMatch(
      /^IncompleteSignatureException: The header '.*' came more than once/,
    );
  },
);

test.each([
  "",
  "yesterday",
  "20261124T120000",
  "20261124T126000Z",
  "20261324T120000Z",
  "2026-11-24T12:00:00Z",
  "20260230T000000Z",
])("a date '%s' is none", async (date) => {
  const { head } = await sign();
  expect(await verify(withHeaders(head, { "x-amz-date": date }))).toMatch(
    /^IncompleteSignatureException: Date must be/,
  );
});

test("a header added to a signed request must be signed when it is Amazon's, and need not be otherwise", async () => {
  for (const { head } of [await sign(), await link()]) {
    const add = (name: string) => verify({ ...head, rawHeaders: [...head.rawHeaders, name, "Event"] });
    expect(await add("X-Amz-Invocation-Type")).toMatch(/'x-amz-invocation-type' must be a 'SignedHeader'/);
    expect(await add("User-Agent")).toBe("let in");
    expect(await add("X-Amzn-Trace-Id")).toBe("let in");
  }
});

test("a link without all its parts, with one twice, or with a header's signature beside it is refused", async () => {
  const { head } = await link();
  for (const name of ["Algorithm", "Credential", "Signature", "SignedHeaders", "Date", "Expires"]) {
    const url = head.url.replace(new RegExp(`X-Amz-${name}=[^&]*`), "");
    expect(await verify({ ...head, url })).toMatch(`AWS query-string parameters must include 'X-Amz-${name}'.`);
    expect(await verify({ ...head, url: `${head.url}&X-Amz-${name}=x` })).toMatch(/twice/);
  }
  expect(await verify({ ...head, url: head.url.replace("HMAC-SHA256", "HMAC-SHA1") })).toMatch(
    /X-Amz-Algorithm must be/,
  );
  expect(await verify(withHeaders(head, { Authorization: "Bearer x" }))).toMatch(/not in both/);
  expect(await verify({ ...head, url: `${head.url}&X-Amz-Foo=%FF%E1%88` })).toMatch(/^InvalidSignature/);
});

test("whatever comes is answered and never let in", async () => {
  const text = string({ maxLength: 40 });
  const { head } = await link();
  await assert(
    asyncProperty(array(text, { maxLength: 8 }), text, text, async (headers, url, extra) => {
      const heads = [
        { method: "POST", url, rawHeaders: [...headers, "authorization", `AWS4-HMAC-SHA256 ${extra}`] },
        { ...head, url: `${head.url}&${url}=${extra}%` },
        { ...head, url: head.url.replace(/Credential=[^&]*/, `Credential=${extra}`) },
      ];
      for (const one of heads) expect(await verify(one)).not.toBe("let in");
    }),
    { numRuns: 200 },
  );
});
