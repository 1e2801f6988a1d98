import { createHash, createHmac } from "node:crypto";

/** Where the installation's buckets are, and who writes to them. */
export interface ObjectStore {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request that puts one object, signed as AWS's Signature Version 4 says; the bucket is in the path. */
export function signedPut(params: {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly key: string;
  readonly body: string;
  readonly now: number;
}): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const { store, bucket, key, body, now } = params;
  const base = new URL(store.endpoint);
  const path = `${base.pathname.replace(/\/$/, "")}/${[bucket, ...key.split("/")].map(encodeSegment).join("/")}`;
  const moment = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const digest = sha256(body);
  const signed = { host: base.host, "x-amz-content-sha256": digest, "x-amz-date": moment };
  const names = Object.keys(signed).join(";");
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ["PUT", path, "", lines.join(""), names, digest].join("\n");
  const scope = `${moment.slice(0, 8)}/${store.region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", moment, scope, sha256(canonical)].join("\n");
  const signature = hmac(signingKey(store, moment.slice(0, 8)), text).toString("hex");
  const credential = `${store.accessKeyId}/${scope}`;
  return {
    url: `${base.origin}${path}`,
    headers: {
      "x-amz-content-sha256": digest,
      "x-amz-date": moment,
      "content-type": "application/json",
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
    },
  };
}

function signingKey({ secretAccessKey, region }: ObjectStore, day: string): Buffer {
  return [region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
}

function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
