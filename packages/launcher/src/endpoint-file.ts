import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface EndpointFile {
  /** Nothing is there any more; called while the data folder is still ours. */
  remove(): void;
}

/** Tells the CLI, which finds it beside the credentials, where the gateway is. */
export function writeEndpoint(dataDir: string, gateway: string): EndpointFile {
  const path = join(dataDir, "endpoint");
  writeFileSync(path, `${gateway}\n`);
  return { remove: () => rmSync(path, { force: true }) };
}
