import { kv } from "sluice";
import { renderGallery } from "./gallery-page.ts";
import { PhotoRows } from "./photo-rows.ts";
import { isAddressable, S3Client } from "./s3-client.ts";
import { readSettings } from "./settings.ts";

interface HttpEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
}

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

const settings = readSettings(process.env);
const s3 = new S3Client(settings.s3);
const rows = new PhotoRows(kv);
const MOST_PHOTOS = 200;

/** `?photo=<key>`: one row. `?thumbnail=<key>`: the picture. Otherwise all rows: a page for browsers, else JSON. */
export const handler = async (event: HttpEvent): Promise<HttpResponse> => {
  const query = event.queryStringParameters ?? {};
  if (query["thumbnail"] !== undefined) return thumbnail(query["thumbnail"]);
  if (query["photo"] !== undefined) return photo(query["bucket"] ?? "photos", query["photo"]);
  const photos = await rows.list(MOST_PHOTOS);
  if ((event.headers["accept"] ?? "").includes("text/html")) return page(renderGallery(photos));
  return json(200, { photos });
};

async function photo(bucket: string, key: string): Promise<HttpResponse> {
  const row = await rows.get(bucket, key);
  return row === undefined ? json(404, { message: `no photo '${key}' was handled yet` }) : json(200, row);
}

async function thumbnail(key: string): Promise<HttpResponse> {
  const object = isAddressable(key) ? await s3.get(settings.thumbnailsBucket, key) : undefined;
  if (object === undefined) return json(404, { message: `there is no thumbnail '${key}'` });
  return {
    statusCode: 200,
    headers: { "content-type": "image/jpeg", "cache-control": "no-cache" },
    body: Buffer.from(object.bytes).toString("base64"),
    isBase64Encoded: true,
  };
}

function page(html: string): HttpResponse {
  const policy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'";
  return {
    statusCode: 200,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
    body: html,
  };
}

function json(statusCode: number, body: object): HttpResponse {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
