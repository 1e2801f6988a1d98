import type { IncomingMessage } from "node:http";
import { DEV_CREDENTIALS } from "./s3-server.ts";
import { signatureFault } from "./signature-check.ts";

/** Signed by botocore's S3SigV4Auth at 2026-11-24T01:02:03Z with the key pair S3RVER / S3RVER. */
const SIGNED_BY_BOTOCORE = {
  method: "PUT",
  url: "/photos/summer%20%C3%A4%2Bb%2850%25%29.jpg",
  headers: {
    host: "127.0.0.1:9000",
    "content-type": "image/jpeg",
    "x-amz-date": "20261124T010203Z",
    "x-amz-content-sha256": "24fa067d3326fc8c57449147740741942ba18448beb2537554aaf97dc04ab979",
    authorization:
      "AWS4-HMAC-SHA256 Credential=S3RVER/20261124/us-east-1/s3/aws4_request, " +
      "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, " +
      "Signature=a054759d2302dbb6ee6dff17f0863606c4dddeab149049a7fba400847e4368cb",
  },
};

function check(change: object = {}, headers: object = {}): string | undefined {
  const request = { ...SIGNED_BY_BOTOCORE, ...change, headers: { ...SIGNED_BY_BOTOCORE.headers, ...headers } };
  return signatureFault(request as unknown as IncomingMessage, DEV_CREDENTIALS);
}

describe("the signature check", () => {
  test("takes what botocore signed", () => {
    expect(check()).toBeUndefined();
  });

  test("refuses a request that was changed after it was signed", () => {
    expect(check({ method: "DELETE" })).toBe("SignatureDoesNotMatch");
    expect(check({ url: "/photos/other.jpg" })).toBe("SignatureDoesNotMatch");
    expect(check({ url: `${SIGNED_BY_BOTOCORE.url}?acl` })).toBe("SignatureDoesNotMatch");
    expect(check({}, { "x-amz-content-sha256": "0".repeat(64) })).toBe("SignatureDoesNotMatch");
  });

  test("refuses a request without a signature or with another's key", () => {
    expect(check({}, { authorization: undefined })).toBe("AccessDenied");
    const { authorization } = SIGNED_BY_BOTOCORE.headers;
    expect(check({}, { authorization: authorization.replace("=S3RVER/", "=OTHER/") })).toBe("InvalidAccessKeyId");
  });
});
