import { createMemoryStores } from "@sluice/store";
import { deriveSigningKey } from "./signing-keys.ts";
import { accessKey, SECRET } from "./testing/signed-request.ts";
import { SignatureVerifier } from "./verifier.ts";

/** Requests and signatures that AWS published for those who write Signature Version 4. */
const AT = Date.UTC(2015, 7, 30, 12, 36);
const HOST = ["Host", "example.amazonaws.com"];
const DATE = ["X-Amz-Date", "20150830T123600Z"];
const VANILLA = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

const UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

async function prepare(method: string, more: readonly string[], signedHeaders: string, signature: string) {
  const { keys } = createMemoryStores({ now: () => AT });
  await keys.putKey(accessKey(), SECRET);
  const verifier = new SignatureVerifier({ keys, region: "us-east-1", now: () => AT });
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
    `SignedHeaders=${signedHeaders}, Signature=${signature}`;
  const rawHeaders = [...HOST, ...more, ...DATE, "Authorization", authorization];
  return (url: string) =>
    verifier.verify({ method, url, rawHeaders }, "service", bodyOf(method, more)).then(({ ok }) => ok);
}

function bodyOf(method: string, more: readonly string[]): Buffer {
  return Buffer.from(method === "POST" && more.includes("Content-Type") ? "Param1=value1" : "");
}

const FORM = ["Content-Type", "application/x-www-form-urlencoded"];

test.each([
  ["get-vanilla", "GET", "/", [], "host;x-amz-date", VANILLA],
  ["get-relative", "GET", "/example/..", [], "host;x-amz-date", VANILLA],
  ["get-relative-relative", "GET", "/example1/example2/../..", [], "host;x-amz-date", VANILLA],
  ["get-slash", "GET", "//", [], "host;x-amz-date", VANILLA],
  ["get-slash-dot-slash", "GET", "/./", [], "host;x-amz-date", VANILLA],
  [
    "get-vanilla-empty-query-key",
    "GET",
    "/?Param1=value1",
    [],
    "host;x-amz-date",
    "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
  ],
  [
    "get-vanilla-query-order-key-case",
    "GET",
    "/?Param2=value2&Param1=value1",
    [],
    "host;x-amz-date",
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
  [
    "get-unreserved",
    "GET",
    `/${UNRESERVED}`,
    [],
    "host;x-amz-date",
    "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  ],
  [
    "get-utf8",
    "GET",
    "/\u00e1\u0088\u00b4",
    [],
    "host;x-amz-date",
    "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
  ],
  [
    "post-vanilla",
    "POST",
    "/",
    [],
    "host;x-amz-date",
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
  [
    "post-x-www-form-urlencoded",
    "POST",
    "/",
    FORM,
    "content-type;host;x-amz-date",
    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  ],
  [
    "get-header-key-duplicate",
    "GET",
    "/",
    ["My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1"],
    "host;my-header1;x-amz-date",
    "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
  ],
  [
    "get-header-value-trim",
    "GET",
    "/",
    ["My-Header1", " value1", "My-Header2", ' "a   b   c"'],
    "host;my-header1;my-header2;x-amz-date",
    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  ],
])("%s", async (_name, method, url, more, signedHeaders, signature) => {
  const check = await prepare(method, more, signedHeaders, signature);
  expect(await check(url)).toBe(true);
  expect(await check(`${url}${url.includes("?") ? "&" : "?"}b=1`)).toBe(false);
});

test("the signing key of AWS's worked example", () => {
  const scope = { date: "20150830", region: "us-east-1", service: "iam" };
  expect(deriveSigningKey(SECRET, scope).toString("hex")).toBe(
    "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9",
  );
});
