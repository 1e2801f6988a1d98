import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

export interface DemoConfig {
  readonly gateway: string;
  readonly s3Port: number;
  /** Where the S3 server keeps its objects. */
  readonly s3Directory: string;
  readonly photos: readonly string[];
  /** Leave the S3 server running at the end. */
  readonly keep: boolean;
  readonly colorterm: string | undefined;
}

export type DemoConfigRead =
  | { readonly ok: true; readonly config: DemoConfig }
  | { readonly ok: false; readonly message: string };

const USAGE = "npm run example:thumbnails [-- [--keep] photo.jpg …]";
/** The address that sluice.yaml allows its functions. */
const S3_PORT = 9000;

/** @param root the repository's folder */
export function readDemoConfig(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  root: string,
): DemoConfigRead {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { keep: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const dataDir = resolve(root, env["SLUICE_DATA_DIR"] ?? ".sluice");
    const example = join(root, "examples/thumbnails/photos/grace_hopper.jpg");
    const from = env["INIT_CWD"] ?? root;
    const photos = positionals.length === 0 ? [example] : positionals.map((photo) => resolve(from, photo));
    return {
      ok: true,
      config: {
        gateway: env["SLUICE_ENDPOINT"] ?? readEndpoint(dataDir) ?? `http://127.0.0.1:${env["SLUICE_PORT"] ?? "8080"}`,
        s3Port: S3_PORT,
        s3Directory: join(dataDir, "examples/s3"),
        photos,
        keep: values.keep,
        colorterm: env["COLORTERM"],
      },
    };
  } catch (error) {
    return { ok: false, message: `${error instanceof Error ? error.message : String(error)}\nUsage: ${USAGE}` };
  }
}

/** Where `npm start` listens, while it runs. */
function readEndpoint(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, "endpoint"), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
