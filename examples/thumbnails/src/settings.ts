import type { S3Options } from "./s3-client.ts";

export interface Settings {
  readonly s3: S3Options;
  readonly thumbnailsBucket: string;
}

/** Reads what `environment` in sluice.yaml sets. @throws TypeError naming every setting that is missing */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const missing: string[] = [];
  const read = (name: string): string => {
    const value = env[name] ?? "";
    if (value === "") missing.push(name);
    return value;
  };
  const settings: Settings = {
    s3: {
      endpoint: read("S3_ENDPOINT").replace(/\/+$/, ""),
      region: read("S3_REGION"),
      accessKeyId: read("S3_ACCESS_KEY_ID"),
      secretAccessKey: read("S3_SECRET_ACCESS_KEY"),
    },
    thumbnailsBucket: read("THUMBNAILS_BUCKET"),
  };
  if (missing.length > 0) throw new TypeError(`environment in sluice.yaml must set ${missing.join(", ")}`);
  return settings;
}
