import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lambdaApiPage } from "../scripts/lambda-api-page.ts";
import { ROOT } from "./source-tree.ts";

test("docs/lambda-api.md has the table that the code makes", () => {
  const text = readFileSync(join(ROOT, "docs/lambda-api.md"), "utf8");
  expect(text).toContain("<!-- made: operations -->");
  expect(lambdaApiPage(text)).toBe(text);
});
