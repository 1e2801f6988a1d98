import { resolve } from "node:path";
import { runLauncher } from "./run-launcher.ts";

await runLauncher({
  args: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  root: resolve(import.meta.dirname, "../../.."),
});
