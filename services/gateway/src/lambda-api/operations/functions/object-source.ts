import { LIMITS } from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";

export interface ObjectSourceSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  readonly version: string | undefined;
}

/** The object store that code may be fetched from. */
export class ObjectSource {
  readonly #settings: ObjectSourceSettings | undefined;

  /** @param settings undefined: there is none, and a location is refused with what to set */
  constructor(settings: ObjectSourceSettings | undefined) {
    this.#settings = settings;
  }

  /** @throws LambdaError InvalidParameterValueException */
  async read({ bucket, key, version }: ObjectLocation): Promise<Uint8Array> {
    const settings = this.#settings;
    if (settings === undefined) {
      throw invalid("no object store is configured: set SLUICE_S3_ENDPOINT and its keys, or send the code as ZipFile");
    }
    // Large, and most gateways never need it.
    const { GetObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
    const client = new S3Client({
      endpoint: settings.endpoint,
      region: settings.region,
      forcePathStyle: true,
      maxAttempts: 2,
      credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
    });
    try {
      const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
      if ((found.ContentLength ?? 0) > LIMITS.codeBytesMax)
        throw invalid(`${key} is larger than ${LIMITS.codeBytesMax} bytes`);
      return (await found.Body?.transformToByteArray()) ?? new Uint8Array(0);
    } catch (error) {
      if (error instanceof LambdaError) throw error;
      const { name, message } = error as Error;
      throw invalid(`Error occurred while GetObject. S3 Error Code: ${name}. S3 Error Message: ${message}`);
    } finally {
      client.destroy();
    }
  }
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
