import { readFile } from "node:fs/promises";
import { join } from "node:path";

const EXAMPLE = join(import.meta.dirname, "..");

/** The example's sluice.yaml for an S3 server on another port, good in any folder: its entries are absolute paths. */
export async function manifestFor(s3Port: number): Promise<string> {
  const text = await readFile(join(EXAMPLE, "sluice.yaml"), "utf8");
  return text.replaceAll("127.0.0.1:9000", `127.0.0.1:${s3Port}`).replaceAll("entry: src/", `entry: ${EXAMPLE}/src/`);
}
