import { createHash, createHmac } from "node:crypto";
import { type AccessKey, ADMIN_POLICY } from "@sluice/core";
import { SignatureV4 } from "@smithy/signature-v4";
import type { RequestHead } from "../signature-claim.ts";

export const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

export function accessKey(change: Partial<AccessKey> = {}): AccessKey {
  const fixed = { accessKeyId: "AKIDEXAMPLE", tenant: "default", name: "ci", policies: ADMIN_POLICY };
  return { ...fixed, createdAt: 0, expiresAt: null, disabled: false, ...change };
}

export interface Outline {
  readonly method?: string;
  /** As an SDK holds it: encoded once. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SigningChange {
  readonly accessKeyId?: string;
  readonly secret?: string;
  readonly region?: string;
  readonly service?: string;
  readonly at?: number;
  /** False: as clients do that leave the body's digest out of the headers. */
  readonly digest?: boolean;
}

export interface SignedRequest {
  readonly head: RequestHead;
  readonly body: Buffer;
}

/** A request signed in its header by the AWS SDK's own signer. */
export async function signed(outline: Outline, change: SigningChange = {}): Promise<SignedRequest> {
  const request = toSdk(outline);
  const done = await signer(change).sign(request, { signingDate: new Date(change.at ?? 0) });
  return toWire(done, outline.body);
}

/** A link signed in its query by the AWS SDK's own signer. */
export async function presigned(
  outline: Outline,
  expiresIn: number,
  change: SigningChange = {},
): Promise<SignedRequest> {
  const done = await signer(change).presign(toSdk(outline), { signingDate: new Date(change.at ?? 0), expiresIn });
  return toWire(done, outline.body);
}

/** The head with some headers replaced, added, or (undefined) taken away. */
export function withHeaders(head: RequestHead, change: Readonly<Record<string, string | undefined>>): RequestHead {
  const kept: string[] = [];
  for (let at = 0; at < head.rawHeaders.length; at += 2) {
    const name = head.rawHeaders[at] as string;
    if (!(name in change)) kept.push(name, head.rawHeaders[at + 1] as string);
  }
  const added = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  return { ...head, rawHeaders: [...kept, ...added] };
}

function signer(change: SigningChange): SignatureV4 {
  const {
    accessKeyId = "AKIDEXAMPLE",
    secret = SECRET,
    region = "us-east-1",
    service = "lambda",
    digest = true,
  } = change;
  const credentials = { accessKeyId, secretAccessKey: secret };
  return new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: digest });
}

function toSdk({ method = "GET", path = "/", query = {}, headers = {}, body }: Outline) {
  const host = { host: "127.0.0.1:8080" };
  return {
    protocol: "http:",
    hostname: "127.0.0.1",
    method,
    path,
    query: { ...query },
    headers: { ...host, ...headers },
    ...(body === undefined ? {} : { body }),
  };
}

type SdkRequest = Awaited<ReturnType<SignatureV4["presign"]>>;

function toWire({ method, path, query = {}, headers }: SdkRequest, body = ""): SignedRequest {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ""].flat().map((one) => `${encode(name)}=${encode(one)}`),
  );
  const url = pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
  return { head: { method, url, rawHeaders: Object.entries(headers).flat() }, body: Buffer.from(body) };
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Node's SHA-256 in the form that the SDK's signer asks for. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toKey(secret));
  }

  update(chunk: Uint8Array | string): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("The signer does not start over.");
  }
}

function toKey(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === "string") return secret;
  if (secret instanceof ArrayBuffer) return new Uint8Array(secret);
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
