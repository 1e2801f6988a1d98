import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { createBucketOutlet } from "./bucket-outlet.ts";
import type { Parcel } from "./outlet.ts";
import { signedPut } from "./signed-put.ts";

const AT = Date.UTC(2026, 10, 24, 12, 30, 5);
const STORE = {
  endpoint: "http://127.0.0.1:9000/",
  region: "eu-central-1",
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

test("a put is signed as AWS's own client signs it", () => {
  const key = "aws/lambda/async/f_1/a b+(c).json";
  const { url, headers } = signedPut({ store: STORE, bucket: "failures", key, body: '{"ä":1}', now: AT });
  expect(url).toBe("http://127.0.0.1:9000/failures/aws/lambda/async/f_1/a%20b%2B%28c%29.json");
  // Made with @smithy/signature-v4 from the same request.
  expect(headers["authorization"]).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-central-1/s3/aws4_request, " +
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date, " +
      "Signature=925dab808979ad2dba7ac4d05560d82e3a1a2d16c33e3f1801ba217d1342a671",
  );
});

describe("a bucket", () => {
  const puts: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      puts.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });

  function put(): Promise<void> {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outlet = createBucketOutlet({ ...STORE, endpoint }, () => AT);
    const parcel = { invocation: { id: "i-1", function: "resize" }, ending: { at: AT }, body: '{"a":1}' };
    return outlet({ kind: "bucket", name: "failures" }, parcel as Parcel);
  }

  test("gets the record under a key as Lambda's", async () => {
    await put();
    expect(puts).toMatchObject([
      {
        method: "PUT",
        url: "/failures/aws/lambda/async/resize/2026/11/24/2026-11-24T12.30.05-i-1",
        headers: { "content-type": "application/json" },
        body: '{"a":1}',
      },
    ]);
  });

  test.each([
    [503, false],
    [403, true],
  ])("whose store answers %i has failed, for good: %s", async (answer, permanent) => {
    status = answer;
    await expect(put()).rejects.toMatchObject({ permanent });
  });
});
