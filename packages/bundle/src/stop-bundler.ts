import { stop } from "esbuild";

/** Ends the bundler's own process, which would keep this one alive; the next bundling starts another. */
export async function stopBundler(): Promise<void> {
  await stop();
}
