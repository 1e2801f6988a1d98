import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { ChildScript } from "../child-script.ts";
import type { HttpTarget } from "../http-target.ts";

export const EXPRESS = "express default";

/** Starts one of the small servers of this folder; the bench stops it. */
export async function startScriptServer(
  { teardown }: Bench,
  name: string,
  file: "express-server.ts" | "node-server.ts",
): Promise<HttpTarget> {
  const { script, ready } = await ChildScript.start(join(import.meta.dirname, file));
  await teardown.add(() => script.stop());
  return { name, origin: String(ready), path: "/", status: 200, pids: [script.pid] };
}
