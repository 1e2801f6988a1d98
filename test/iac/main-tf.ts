import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../infra/terraform");

/** Values of a resource in `infra/terraform/main.tf`, as far as they stand there in words. */
export type Resource = (attribute: string) => string;

/** @throws Error when the file has no such resource; the answer throws for an attribute that it does not set */
export function resourceOf(type: string): Resource {
  const text = readFileSync(join(FOLDER, "main.tf"), "utf8");
  const block = new RegExp(`^resource "${type}" "\\w+" \\{\\n(.*?)^\\}`, "ms").exec(text)?.[1];
  if (block === undefined) throw new Error(`main.tf has no ${type}`);
  return (attribute) => {
    const value = new RegExp(`^\\s*${attribute}\\s+= (?:"(.*)"|(\\w+))$`, "m").exec(block);
    if (value === null) throw new Error(`main.tf sets no ${attribute} in words for ${type}`);
    return value[1] ?? value[2] ?? "";
  };
}

/** The file of code that `main.tf` packs. */
export function readCode(): string {
  return readFileSync(join(FOLDER, "src/greet.mjs"), "utf8");
}
