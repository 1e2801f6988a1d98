import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAMBDA_API_FACTS, type Support } from "./lambda-api-facts.ts";

const PAGE = join(import.meta.dirname, "../docs/lambda-api.md");

const WORDS: Readonly<Record<Support, string>> = {
  full: "in full",
  kept: "kept and shown",
  refused: "refused",
  none: "nothing to find",
};

/** `docs/lambda-api.md` with its table made anew. Written by `npx node scripts/lambda-api-page.ts --write`. */
export function lambdaApiPage(text: string): string {
  return text.replace(/(<!-- made: operations -->\n)[^]*?(<!-- end -->)/, (_, head: string, tail: string) => {
    return `${head}\n${operations()}\n\n${tail}`;
  });
}

function operations(): string {
  const facts = Object.entries(LAMBDA_API_FACTS).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const rows = facts.map(([name, { support, note }]) => `| \`${name}\` | ${WORDS[support]} | ${note} |`);
  return ["| operation | here | to know |", "| --- | --- | --- |", ...rows].join("\n");
}

if (process.argv.includes("--write")) writeFileSync(PAGE, lambdaApiPage(readFileSync(PAGE, "utf8")));
