import { resolve } from "node:path";
import { runLauncher } from "../run-launcher.ts";

/** The launcher over the services of `fixture-root`, so that its tests depend on no other package. */
await runLauncher({
  args: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  root: resolve(import.meta.dirname, "fixture-root"),
});
