/** Bounds of what a bundle is made of; what it comes to is bounded by LIMITS.codeBytesMax. */
export const UPLOAD_LIMITS = {
  /** Lambda: five layers. */
  layersMax: 5,
  handlerChars: 128,
  /** Source text that the bundler reads, of what is imported and of what may be. */
  sourceBytesMax: 64 * 1024 * 1024,
  moduleBytesMax: 32 * 1024 * 1024,
  /** Modules for computed `require`: each is in every environment's memory as text. */
  onDemandFilesMax: 3_000,
  onDemandBytesMax: 16 * 1024 * 1024,
  /** Files for `node:fs`, before base64. */
  dataFilesMax: 3_000,
  dataFileBytesMax: 4 * 1024 * 1024,
  dataBytesMax: 8 * 1024 * 1024,
  bundleTimeoutMs: 60_000,
} as const;
