export { type ArchiveFile, type ArchiveLimits, ARCHIVE_LIMITS, readArchive } from "./archive/read-archive.ts";
export type { UploadFault } from "./archive/upload-fault.ts";
export { codeSha256 } from "./artifact-digest.ts";
export { type Bundle, type BundleFault, bundleFunction } from "./bundle.ts";
export { bundleUpload, type UploadBundle, type UploadRequest, type UploadResult } from "./upload/bundle-upload.ts";
export { runtimeFault, type UploadRuntime } from "./upload/runtime-name.ts";
export { stopBundler, UploadBundler, type UploadBundlerOptions } from "./upload/upload-bundler.ts";
export { uploadDigest, type UploadSource } from "./upload/upload-digest.ts";
export { readWasiProgram } from "./wasi-program.ts";
