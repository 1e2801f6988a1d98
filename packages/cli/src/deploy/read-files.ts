import type { ManifestForm } from "../manifest/find-manifests.ts";
import { columns } from "../terminal/columns.ts";
import { printable } from "../terminal/printable.ts";
import { count } from "../terminal/quantities.ts";
import type { Styles } from "../terminal/style.ts";
import type { ReadFile } from "./deployable.ts";

const TITLES: Readonly<Record<ManifestForm, string>> = {
  sluice: "Sluice",
  sam: "AWS SAM",
  serverless: "Serverless Framework",
};

/** Which files of somebody else's format were read, and each part that was left out with its line and the reason. */
export function formatReadFiles(read: readonly ReadFile[], styles: Styles): string {
  return read
    .filter(({ form }) => form !== "sluice")
    .map(({ file, form, functions, skipped }) => {
      const left = skipped.length === 0 ? "nothing" : count(skipped.length, "part");
      const head = `${styles.bold(file)}  ${TITLES[form]}, ${count(functions, "function")} read, ${left} skipped\n`;
      return (
        head +
        columns(
          skipped.map(({ line, path, reason }) => [styles.dim(`${line}`), path, printable(reason)]),
          "  ",
        )
      );
    })
    .join("");
}
