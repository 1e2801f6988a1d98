import { type AccessKey, ADMIN_POLICY } from "@sluice/core";
import { createMemoryStores } from "@sluice/store";
import type { RequestHead } from "./signature-claim.ts";
import {
  accessKey,
  type Outline,
  presigned,
  SECRET,
  signed,
  type SigningChange,
  withHeaders,
} from "./testing/signed-request.ts";
import { SignatureVerifier, type Verified } from "./verifier.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const INVOKE: Outline = {
  method: "POST",
  path: "/2015-03-31/functions/thumbs/invocations",
  headers: { "x-amz-invocation-type": "Event", "content-type": "application/octet-stream" },
  body: '{"a":1}',
};

async function setUp(key: Partial<AccessKey> = {}) {
  const clock = { at: NOW };
  const now = (): number => clock.at;
  const { keys } = createMemoryStores({ now });
  await keys.putKey(accessKey(key), SECRET);
  return { clock, keys, verifier: new SignatureVerifier({ keys, region: "us-east-1", now }) };
}

function outcome(result: Verified | { readonly ok: true }): string {
  return result.ok ? "let in" : `${result.refusal.code}: ${result.refusal.message}`;
}

async function verify(head: RequestHead, body: Uint8Array = Buffer.alloc(0), service = "lambda"): Promise<string> {
  const { verifier } = await setUp();
  return outcome(await verifier.verify(head, service, body));
}

const signNow = (outline: Outline = INVOKE, change: SigningChange = {}) => signed(outline, { at: NOW, ...change });
const linkNow = (outline: Outline = {}, expiresIn = 60, change: SigningChange = {}) =>
  presigned(outline, expiresIn, { at: NOW, ...change });

const MISMATCH = /^InvalidSignatureException: The request signature we calculated does not match/;

describe("a request signed by the AWS SDK's signer", () => {
  test.each<[string, Outline]>([
    ["a plain GET", {}],
    ["an invocation", INVOKE],
    [
      "an ARN in its path",
      { path: "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/x" },
    ],
    ["a space and a plus in its path", { path: "/a%20b/c%2Bd/e+f" }],
    ["UTF-8 in its path", { path: "/2015-03-31/tags/gr%C3%BCezi%E1%88%B4" }],
    ["every reserved character in its path", { path: "/!*'();:@&=+$,%2F%3F%23%5B%5D" }],
    ["a slash at the end and empty segments", { path: "//2015-03-31//functions/" }],
    ["dots", { path: "/a/./b/../c" }],
    ["unsorted parameters", { query: { b: "2", a: "1", B: "3", A: "4", "a-b": "5", a1: "6" } }],
    ["empty values", { query: { Marker: "", b: "" } }],
    ["one name several times", { query: { tagKeys: ["b", "a", "", "a b"] } }],
    ["spaces, pluses and UTF-8 in its query", { query: { "k 1": "a b", plus: "1+1=2&x", é: "ü %20 ~-._!*'()" } }],
    ["wide spaces in a header", { headers: { "x-amz-meta-a": "  a   b\t c " } }],
    ["UTF-8 in its body", { method: "POST", body: "grüezi ሴ" }],
  ])("with %s is let in, in both forms, with and without the body's digest", async (_what, outline) => {
    for (const digest of [true, false]) {
      const header = await signNow(outline, { digest });
      expect(await verify(header.head, header.body)).toBe("let in");
    }
    const link = await linkNow(outline);
    expect(await verify(link.head, link.body)).toBe("let in");
  });

  test("answers whose it is", async () => {
    const { verifier } = await setUp({ tenant: "acme", name: "ci" });
    const { head, body } = await signNow();
    expect(await verifier.verify(head, "lambda", body)).toEqual({
      ok: true,
      key: { ...accessKey(), tenant: "acme", name: "ci", policies: ADMIN_POLICY },
    });
  });

  test("may have its query in any order and its escapes in lower case, and a plus for a space", async () => {
    const { head } = await signNow({ query: { a: "1", b: "x/y z" } });
    for (const query of ["b=x%2Fy%20z&a=1", "a=1&b=x%2fy+z", "&a=1&&b=x/y%20z"]) {
      expect(await verify({ ...head, url: `/?${query}` })).toBe("let in");
    }
    for (const query of ["a=1&b=x%252Fy%20z", "a=1&b=x%2Fy%2Bz", "a=1&b=x%2Fy%20z&c", "a=1", "a=1&a=1&b=x%2Fy%20z"]) {
      expect(await verify({ ...head, url: `/?${query}` })).toMatch(MISMATCH);
    }
  });
});

describe("a signature is for one request", () => {
  test.each<[string, (head: RequestHead) => RequestHead]>([
    ["method", (head) => ({ ...head, method: "PUT" })],
    ["path", (head) => ({ ...head, url: head.url.replace("thumbs", "others") })],
    ["path's escapes", (head) => ({ ...head, url: head.url.replace("thumbs", "thumb%73") })],
    ["query", (head) => ({ ...head, url: `${head.url}?Qualifier=1` })],
    ["host", (head) => withHeaders(head, { host: "elsewhere" })],
    ["signed header", (head) => withHeaders(head, { "x-amz-invocation-type": "RequestResponse" })],
    ["date", (head) => withHeaders(head, { "x-amz-date": "20261124T120001Z" })],
    ["body's digest", (head) => withHeaders(head, { "x-amz-content-sha256": "0".repeat(64) })],
    ["promise of an unsigned body", (head) => withHeaders(head, { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" })],
  ])("with another %s it is refused before the body is read", async (_what, change) => {
    const { verifier } = await setUp();
    const { head } = await signNow();
    expect(outcome(await verifier.open(change(head), "lambda"))).toMatch(MISMATCH);
  });

  test("with another body, none, or another key it is refused", async () => {
    for (const digest of [true, false]) {
      const { head } = await signNow(INVOKE, { digest });
      for (const body of ['{"a":2}', '{"a":1} ', ""]) expect(await verify(head, Buffer.from(body))).toMatch(MISMATCH);
      const wrong = await signNow(INVOKE, { digest, secret: `${SECRET}x` });
      expect(await verify(wrong.head, wrong.body)).toMatch(MISMATCH);
    }
  });

  test("an unsigned body is refused although its signature is right", async () => {
    const headers = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    for (const make of [signNow, linkNow]) {
      const { head, body } = await make({ ...INVOKE, headers });
      expect(await verify(head, body)).toMatch(MISMATCH);
    }
  });

  test.each(["", "0".repeat(63), "0".repeat(65), "G".repeat(64), "é"])("a signature '%s' is none", async (text) => {
    const { head, body } = await signNow();
    const at = head.rawHeaders.indexOf("authorization") + 1;
    const authorization = (head.rawHeaders[at] ?? "").replace(/Signature=.*/, `Signature=${text}`);
    expect(await verify(withHeaders(head, { authorization }), body)).toMatch(
      text === "" ? /^IncompleteSignatureException/ : MISMATCH,
    );
  });
});

describe("a key", () => {
  test("that is unknown, disabled or expired is refused before the body is read", async () => {
    const unknown = "UnrecognizedClientException: The security token included in the request is invalid.";
    const { verifier } = await setUp();
    const { head } = await signNow(INVOKE, { accessKeyId: "AKNOBODY" });
    expect(outcome(await verifier.open(head, "lambda"))).toBe(unknown);
    for (const change of [{ disabled: true }, { expiresAt: NOW }]) {
      const { verifier: other } = await setUp(change);
      expect(outcome(await other.open((await signNow()).head, "lambda"))).toBe(unknown);
    }
  });

  test("that comes with a session's token is meant for somewhere else", async () => {
    const unknown = "UnrecognizedClientException: The security token included in the request is invalid.";
    const { head, body } = await signNow({ ...INVOKE, headers: { "x-amz-security-token": "t" } });
    expect(await verify(head, body)).toBe(unknown);
    const link = await linkNow({ query: { "X-Amz-Security-Token": "t" } });
    expect(await verify(link.head)).toBe(unknown);
  });

  test("that was deleted or changed is let in for five seconds at most; a new one at once", async () => {
    const { verifier, keys, clock } = await setUp();
    const next = accessKey({ accessKeyId: "AKNEXT" });
    const byNext = await signNow(INVOKE, { accessKeyId: "AKNEXT" });
    expect(outcome(await verifier.verify(byNext.head, "lambda", byNext.body))).toMatch(/^Unrecognized/);
    await keys.putKey(next, SECRET);
    expect(outcome(await verifier.verify(byNext.head, "lambda", byNext.body))).toBe("let in");
    await keys.deleteKey("default", "AKNEXT");
    clock.at += 5_000;
    expect(outcome(await verifier.verify(byNext.head, "lambda", byNext.body))).toMatch(/^Unrecognized/);
    const { head, body } = await signNow();
    expect(outcome(await verifier.verify(head, "lambda", body))).toBe("let in");
    await keys.putKey(accessKey(), "changed");
    clock.at += 5_000;
    expect(outcome(await verifier.verify(head, "lambda", body))).toMatch(MISMATCH);
  });
});

describe("a scope", () => {
  test.each<[SigningChange, RegExp]>([
    [
      { region: "eu-west-1" },
      /^InvalidSignatureException: Credential should be scoped to a valid region, not 'eu-west-1'/,
    ],
    [{ service: "s3" }, /^InvalidSignatureException: Credential should be scoped to correct service: 'lambda'/],
  ])("of %j is refused", async (change, message) => {
    const { head, body } = await signNow(INVOKE, change);
    expect(await verify(head, body)).toMatch(message);
  });

  test("of another service is let in where that one is asked for, and nowhere else", async () => {
    const { verifier } = await setUp();
    for (const service of ["sqs", "kinesis", "scheduler", "sts", "lambda"]) {
      const { head, body } = await signNow(INVOKE, { service });
      for (const asked of ["sqs", "lambda"]) {
        expect((await verifier.verify(head, asked, body)).ok).toBe(asked === service);
      }
    }
  });
});

describe("time", () => {
  const minutes = (count: number): number => NOW + count * 60_000;

  test.each<[number, string]>([
    [-15, "let in"],
    [15, "let in"],
    [
      -15.5,
      "InvalidSignatureException: Signature expired: 20261124T114430Z is now earlier than 20261124T114500Z (20261124T120000Z - 15 min.)",
    ],
    [
      15.5,
      "InvalidSignatureException: Signature not yet current: 20261124T121530Z is still later than 20261124T121500Z (20261124T120000Z + 15 min.)",
    ],
  ])("a request signed %d minutes from now: %s", async (count, expected) => {
    const { head, body } = await signNow(INVOKE, { at: minutes(count) });
    expect(await verify(head, body)).toBe(expected);
  });

  test("a link is good for as long as it says, and for nothing else than that", async () => {
    const { verifier, clock } = await setUp();
    const { head } = await linkNow({}, 3_600);
    const check = async (url = head.url) => outcome(await verifier.verify({ ...head, url }, "lambda", Buffer.alloc(0)));
    clock.at = NOW + 3_600_000;
    expect(await check()).toBe("let in");
    clock.at += 1;
    expect(await check()).toMatch(/^InvalidSignatureException: Signature expired: 20261124T120000Z/);
    expect(await check(head.url.replace("Expires=3600", "Expires=604800"))).toMatch(MISMATCH);
  });

  test.each(["0", "-1", "604801", "1e3", "", "3600.0", " 60", "99999999999"])(
    "X-Amz-Expires=%s is refused",
    async (text) => {
      const { head } = await linkNow();
      const url = head.url.replace("X-Amz-Expires=60", `X-Amz-Expires=${encodeURIComponent(text)}`);
      expect(await verify({ ...head, url })).toMatch(/^IncompleteSignatureException: .*X-Amz-Expires/);
    },
  );

  test("a Date header will do, in HTTP's form or ISO's, if it is signed", async () => {
    const { verifier } = await setUp();
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=" +
      "0".repeat(64);
    for (const date of ["Tue, 24 Nov 2026 12:00:00 GMT", "20261124T120000Z"]) {
      const unsigned = ["Host", "h", "Date", date, "Authorization", authorization];
      const open = async (rawHeaders: string[]) =>
        outcome(await verifier.open({ method: "GET", url: "/", rawHeaders }, "lambda"));
      expect(await open(unsigned)).toMatch(/'Date' must be a 'SignedHeader'/);
      expect(await open(unsigned.map((text) => text.replace("=host,", "=date;host,")))).toBe("let in");
    }
  });
});
