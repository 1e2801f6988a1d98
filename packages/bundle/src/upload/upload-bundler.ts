import { uploadFault } from "../archive/upload-fault.ts";
import { bundleUpload, type UploadRequest, type UploadResult } from "./bundle-upload.ts";

export interface UploadBundlerOptions {
  /** How many uploads are bundled at once; each may take some hundred megabytes meanwhile. */
  readonly concurrency?: number;
  /** How many more may wait. */
  readonly waitingMax?: number;
}

/** Bundles uploads, a few at a time, for a process that takes them from anybody. */
export class UploadBundler {
  readonly #concurrency: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ concurrency = 2, waitingMax = 16 }: UploadBundlerOptions = {}) {
    this.#concurrency = concurrency;
    this.#waitingMax = waitingMax;
  }

  async bundle(request: UploadRequest): Promise<UploadResult> {
    if (this.#running >= this.#concurrency) {
      if (this.#waiting.length >= this.#waitingMax) {
        const message = "Too many archives are being unpacked; try again in a moment.";
        return { ok: false, fault: uploadFault(message, "TooManyRequestsException") };
      }
      // Whoever ends hands its place on, so that `#running` stays as it is.
      await new Promise<void>((go) => this.#waiting.push(go));
    } else this.#running += 1;
    try {
      return await bundleUpload(request);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
