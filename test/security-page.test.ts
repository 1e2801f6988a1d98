import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./source-tree.ts";

const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");
const rows = page
  .slice(page.indexOf("### What is tried, and where"))
  .split("\n")
  .filter((line) => line.startsWith("| ") && line.includes(".ts`"));

/** Files that a row names, each with the names of tests that follow it. */
function claimsOf(row: string): { readonly file: string; readonly tests: readonly string[] }[] {
  const cell = row.split(" | ").at(-1) ?? "";
  return cell.split("`").flatMap((part, at, parts) => {
    if (at % 2 === 0 || !part.includes("/")) return [];
    const tests = [...(parts[at + 1] ?? "").matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
    return [{ file: part, tests }];
  });
}

test("every test that the security page names is there", () => {
  const claims = rows.flatMap(claimsOf);
  expect(claims.length).toBeGreaterThan(20);
  for (const { file, tests } of claims) {
    expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    const source = readFileSync(join(ROOT, file), "utf8");
    for (const name of tests) expect([file, name, source.includes(`"${name}"`)]).toEqual([file, name, true]);
  }
});
