import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFile } from "./log-file.ts";
import { readTail } from "./log-tail.ts";

describe("a log file", () => {
  test("stays within its size and keeps one file before it", () => {
    const folder = mkdtempSync(join(tmpdir(), "sl-"));
    const path = join(folder, "gateway.log");
    const log = new LogFile({ path, bytesMax: 20 });
    for (const line of ["first line", "second", "third line!", "fourth line"]) log.write(line);
    log.close();
    expect(readFileSync(path, "utf8")).toBe("fourth line\n");
    expect(readFileSync(`${path}.1`, "utf8")).toBe("third line!\n");
    const again = new LogFile({ path, bytesMax: 20 });
    again.write("fifth");
    again.close();
    expect(readTail(path, 2)).toBe("fourth line\nfifth");
    expect(readTail(join(folder, "none.log"), 2)).toBe("");
    rmSync(folder, { recursive: true });
  });
});
