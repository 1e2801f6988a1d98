import decoder from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm";
import encoder from "@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm";
import { kv } from "sluice";
import { JpegCodec } from "./jpeg-codec.ts";
import type { ObjectEvent } from "./object-event.ts";
import { type PhotoRow, PhotoRows } from "./photo-rows.ts";
import { S3Client } from "./s3-client.ts";
import { readSettings } from "./settings.ts";
import { ThumbnailMaker } from "./thumbnail-maker.ts";

const settings = readSettings(process.env);
const maker = new ThumbnailMaker({
  s3: new S3Client(settings.s3),
  codec: new JpegCodec({ decoder, encoder }),
  rows: new PhotoRows(kv),
  bucket: settings.thumbnailsBucket,
  now: Date.now,
});

/** Runs once for every object that is created in the bucket `photos`. */
export const handler = async (event: ObjectEvent, context: { readonly awsRequestId: string }): Promise<PhotoRow[]> => {
  const rows: PhotoRow[] = [];
  for (const record of event.Records) rows.push(await maker.make(record, context.awsRequestId));
  return rows;
};
