import { AwsV4Signer } from "aws4fetch";

export interface S3Options {
  /** Such as `http://127.0.0.1:9000` or `https://s3.eu-central-1.amazonaws.com`; buckets are addressed by path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface S3Object {
  readonly bytes: ArrayBuffer;
  /** Without quotes. */
  readonly etag: string;
}

class S3Error extends Error {
  override readonly name = "S3Error";
  readonly status: number;
  /** S3's own code, such as `AccessDenied`. */
  readonly code: string;

  constructor(request: string, status: number, code: string) {
    super(`${request} was answered with ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

const EMPTY = new Uint8Array(0);

/** The three calls of S3 that this example needs, signed with Signature Version 4 over the body. */
export class S3Client {
  readonly #options: S3Options;

  constructor(options: S3Options) {
    this.#options = options;
  }

  /** Undefined when there is no such object. @throws S3Error */
  async get(bucket: string, key: string): Promise<S3Object | undefined> {
    const response = await this.#send("GET", bucket, key, EMPTY);
    if (response.ok) return { bytes: await response.arrayBuffer(), etag: etagOf(response) };
    const error = await toError(response, `GET ${bucket}/${key}`);
    if (error.code === "NoSuchKey") return undefined;
    throw error;
  }

  /** Answers the ETag, without quotes. @throws S3Error */
  async put(bucket: string, key: string, bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<string> {
    const response = await this.#send("PUT", bucket, key, bytes, contentType);
    if (!response.ok) throw await toError(response, `PUT ${bucket}/${key}`);
    return etagOf(response);
  }

  /** Leaves a bucket that exists as it is. @throws S3Error */
  async createBucket(bucket: string): Promise<void> {
    const response = await this.#send("PUT", bucket, "", EMPTY);
    if (response.ok) return;
    const error = await toError(response, `PUT ${bucket}`);
    if (error.code !== "BucketAlreadyOwnedByYou" && error.code !== "BucketAlreadyExists") throw error;
  }

  async #send(
    method: string,
    bucket: string,
    key: string,
    body: Uint8Array<ArrayBuffer>,
    contentType?: string,
  ): Promise<Response> {
    const digest = await crypto.subtle.digest("SHA-256", body);
    const signer = new AwsV4Signer({
      method,
      url: `${this.#options.endpoint}/${bucket}${key === "" ? "" : `/${encodeKey(key)}`}`,
      headers: {
        "x-amz-content-sha256": toHex(new Uint8Array(digest)),
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
      service: "s3",
      region: this.#options.region,
      accessKeyId: this.#options.accessKeyId,
      secretAccessKey: this.#options.secretAccessKey,
    });
    const signed = await signer.sign();
    const init = { method, headers: signed.headers };
    return fetch(signed.url.href, body.length === 0 ? init : { ...init, body });
  }
}

/** A URL resolves `.` and `..`, so a key with such a part would name another object, even in another bucket. */
export function isAddressable(key: string): boolean {
  return key !== "" && !key.split("/").some((part) => part === "." || part === "..");
}

function encodeKey(key: string): string {
  return key.split("/").map(encodePart).join("/");
}

/** What `encodeURIComponent` leaves as it is but Signature Version 4 wants encoded. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function etagOf(response: Response): string {
  return (response.headers.get("etag") ?? "").replaceAll('"', "");
}

async function toError(response: Response, request: string): Promise<S3Error> {
  const code = /<Code>([^<]{1,100})<\/Code>/.exec(await response.text())?.[1];
  return new S3Error(request, response.status, code ?? response.statusText);
}

function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
}
