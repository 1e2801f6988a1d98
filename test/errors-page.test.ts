import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SANDBOX_ERROR_TYPES } from "@sluice/core";
import { errorsPage } from "../scripts/errors-page.ts";

test("docs/errors.md says what the table of error codes says", () => {
  expect(readFileSync(join(import.meta.dirname, "../docs/errors.md"), "utf8")).toBe(errorsPage());
});

test("every named failure of a function is on the page", () => {
  const page = errorsPage();
  const rows = page.split("\n").filter((line) => /^\| `[A-Z]\w+\.\w+` \| [^|]+ \|$/.test(line));
  const told = new Set(rows.map((row) => row.split("`")[1]));
  expect(told).toEqual(new Set(Object.values(SANDBOX_ERROR_TYPES)));
});
