/** Why an upload is refused: the error's name and words are Lambda's own where it has some. */
export interface UploadFault {
  readonly errorType: string;
  readonly message: string;
}

const INVALID_PARAMETER = "InvalidParameterValueException";

export function uploadFault(message: string, errorType: string = INVALID_PARAMETER): UploadFault {
  return { errorType, message };
}

const UNZIP = "Could not unzip uploaded file. Please check your file, then try to upload again.";

/** Lambda says only that it could not; `reason` says what was found, in a sentence. */
export function unzipFault(reason: string): UploadFault {
  return uploadFault(`${UNZIP} ${reason}`);
}

/** Thrown while entries are read, and caught by `readArchive`. */
export class UnzipError extends Error {
  readonly fault: UploadFault;

  constructor(fault: UploadFault) {
    super(fault.message);
    this.fault = fault;
  }
}
