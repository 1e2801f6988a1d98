export { GalleryClient } from "./gallery-client.ts";
export { manifestFor } from "./manifest.ts";
export { createNodeCodec } from "./node-codec.ts";
export { EXAMPLE_PHOTO, expectedThumbnails } from "./expected.ts";
export { meanDifference, referenceThumbnail } from "./picture-difference.ts";
export { DEV_CREDENTIALS, PHOTOS_BUCKET, type S3Server, startS3, THUMBNAILS_BUCKET } from "./s3-server.ts";
export { type MadeRow, type PhotoRow } from "../src/photo-rows.ts";
export type { Raster } from "../src/raster.ts";
