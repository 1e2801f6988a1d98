import { fileURLToPath } from "node:url";
import { describeFile } from "./report.ts";
import { type FolderResult, runFolder } from "./run-folder.ts";

const sample = (name: string): string => fileURLToPath(new URL(`./samples/${name}`, import.meta.url));

describe("a folder of tests in the style of the web platform tests", () => {
  test("runs in cells, and what should pass passes", async () => {
    const seen: string[] = [];
    const { files, ...counts } = await runFolder(sample("passing"), ({ file }) => void seen.push(file));
    expect(files.flatMap(({ tests }) => tests.filter(({ status }) => status === "FAIL"))).toEqual([]);
    expect(counts).toEqual({ passed: 8, failed: 0, skipped: 2, total: 10 });
    expect(seen).toEqual(["kinds.any.js", "single.window.js", "variants.any.js?one", "variants.any.js?two"]);
    expect(files[1]?.tests.map(({ name }) => name)).toEqual(["One test for the whole file"]);
  });

  describe("that fail", () => {
    let result: FolderResult;
    beforeAll(async () => {
      result = await runFolder(sample("failing"), () => undefined);
    });

    test("each failure says why", () => {
      expect(result.files.find(({ file }) => file === "failures.any.js")).toMatchObject({
        passed: 1,
        failed: 5,
        total: 6,
        tests: expect.arrayContaining([
          {
            name: "an assertion that does not hold",
            status: "FAIL",
            message: "assert_equals: numbers expected 2, got 1",
          },
          { name: "an error", status: "FAIL", message: "RangeError: oh" },
          expect.objectContaining({ name: "no error", status: "FAIL" }),
          expect.objectContaining({ name: "no rejection", status: "FAIL" }),
          { name: "a step that fails", status: "FAIL", message: "assert_unreached: here Reached unreachable code" },
        ]) as unknown,
      });
    });

    test("a file that breaks counts as a failure, beside the tests before", () => {
      const broken = result.files.find(({ file }) => file === "broken.any.js");
      expect(broken).toMatchObject({
        passed: 1,
        failed: 1,
        total: 2,
        error: expect.stringContaining("noSuchFunction") as string,
      });
      expect(broken && describeFile(broken)).toContain(
        "broken.any.js: 1 passed, 1 failed, 2 total\n  ERROR ReferenceError",
      );
    });

    test("a script that is not there is named", () => {
      const missing = result.files.find(({ error }) => error?.includes("missing.js") === true);
      expect(missing).toMatchObject({ passed: 0, failed: 1 });
    });

    test("are counted in all", () => {
      expect([result.passed, result.failed, result.total]).toEqual([2, 7, 9]);
    });
  });
});
