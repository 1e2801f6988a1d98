import { deflateRawSync } from "node:zlib";
import { codeSha256 } from "../artifact-digest.ts";
import { writeZip, type ZipEntry, zipOf } from "../testing/zip-writer.ts";
import { ARCHIVE_LIMITS, readArchive } from "./read-archive.ts";

const UNZIP = "Could not unzip uploaded file. Please check your file, then try to upload again.";

async function refusal(entries: readonly ZipEntry[], limits = ARCHIVE_LIMITS): Promise<string> {
  const result = await readArchive(writeZip(entries), limits);
  if (result.ok) throw new Error("the archive was taken");
  expect(result.fault.errorType).toBe("InvalidParameterValueException");
  return result.fault.message;
}

test("files come with their bytes, size and mode; folders are no files", async () => {
  const zip = writeZip([
    { name: "dist/", mode: 0o040_755 },
    { name: "dist/index.js", content: "exports.a = 1;" },
    { name: "bootstrap", content: "x", mode: 0o100_755, method: 0 },
    { name: "é/große Datei.bin", content: Buffer.alloc(700_000, "ab") },
  ]);
  const result = await readArchive(zip);
  if (!result.ok) throw new Error(result.fault.message);
  expect([...result.files].map(([name, { size, mode }]) => [name, size, mode])).toEqual([
    ["dist/index.js", 14, 0o644],
    ["bootstrap", 1, 0o755],
    ["é/große Datei.bin", 700_000, 0o644],
  ]);
  expect(Buffer.from((await result.files.get("dist/index.js")?.read()) ?? []).toString()).toBe("exports.a = 1;");
  expect(result.unzippedBytes).toBe(700_015);
});

test("the digest of a zip is in base64, as Lambda's CodeSha256", () => {
  expect(codeSha256(Buffer.from("abc"))).toBe("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
});

test.each([
  ["../x", "leaves the archive"],
  ["a/../../x", "leaves the archive"],
  ["/etc/passwd", "absolute path"],
  ["C:\\windows\\x", "backslash"],
  ["C:/windows/x", "drive letter"],
  ["a\\b.js", "backslash"],
  ["a\0.js", "control characters"],
  ["a//b.js", "empty part"],
  ["./a.js", "empty part"],
  [`${"a/".repeat(70)}b`, "folders deep"],
])("an entry named %j is refused", async (name, reason) => {
  const message = await refusal([{ name: "index.js" }, { name }]);
  expect(message.startsWith(`${UNZIP} The entry '`)).toBe(true);
  expect(message).toContain(reason);
});

test.each<[string, readonly ZipEntry[], string]>([
  ["twice", [{ name: "a.js" }, { name: "a.js" }], "'a.js' cannot be taken: it is in the archive twice"],
  ["in two cases", [{ name: "a.js" }, { name: "A.js" }], "it and 'a.js' have one name but for case"],
  ["in two Unicode forms", [{ name: "é.js" }, { name: "e\u0301.js" }], "but for case or Unicode form"],
  ["below folders of two cases", [{ name: "lib/a.js" }, { name: "Lib/b.js" }], "it and 'lib' have one name"],
  ["as file and folder", [{ name: "a" }, { name: "a/b" }], "both a file and a folder"],
  ["with two names", [{ name: "a.js", localName: "b.js" }], "has two names"],
])("an entry that is there %s is refused", async (_, entries, reason) => {
  expect(await refusal(entries)).toContain(reason);
});

test("a symbolic link is refused with what to do about pnpm's", async () => {
  const message = await refusal([{ name: "node_modules/x", content: ".pnpm/x", mode: 0o120_777 }]);
  expect(message).toMatch(/'node_modules\/x' is a symbolic link\. .*node-linker=hoisted/);
});

test("devices, encrypted entries and unknown compression are refused", async () => {
  expect(await refusal([{ name: "d", mode: 0o020_644 }])).toContain("neither a file nor a folder");
  expect(await refusal([{ name: "e", encrypted: true }])).toContain("it is encrypted");
  expect(await refusal([{ name: "z", method: 12 }])).toContain("compression method 12");
});

test("sizes and checksums that lie are found by inflating", async () => {
  const small = { name: "a", content: "x".repeat(100) };
  expect(await refusal([{ ...small, size: 99 }])).toContain("says that it is 99 bytes and is not");
  expect(await refusal([{ ...small, size: 101 }])).toContain("says that it is 101 bytes and is not");
  expect(await refusal([{ ...small, crc: 1 }])).toContain("is damaged");
  expect(await refusal([{ ...small, packed: Buffer.from("no deflate") }])).toContain("is damaged");
  const large = { name: "a", content: Buffer.alloc(1_000_000) };
  expect(await refusal([{ ...large, size: 999_999 }])).toContain("and is not");
  expect(await refusal([{ ...large, crc: 1 }])).toContain("is damaged");
});

test("more than Lambda's unzipped size is refused in its words, and so are many entries", async () => {
  const limits = { ...ARCHIVE_LIMITS, unzippedBytesMax: 1_000, entriesMax: 2 };
  const half = "x".repeat(501);
  const entries = [
    { name: "a", content: half },
    { name: "b", content: half },
  ];
  expect(await refusal(entries, limits)).toBe("Unzipped size must be smaller than 1000 bytes");
  expect(await refusal([{ name: "a" }, { name: "b" }, { name: "c" }], limits)).toContain("3 entries; at most 2");
  const zip = zipOf({ a: "b" });
  expect(await readArchive(zip, { ...limits, zippedBytesMax: zip.length - 1 })).toMatchObject({ ok: false });
  expect(ARCHIVE_LIMITS.unzippedBytesMax).toBe(262_144_000);
});

test("entries that lie in each other, or in the directory, are refused", async () => {
  const inner = writeZip([{ name: "b", content: "x".repeat(1_000) }]);
  const outer = { name: "a", content: inner, method: 0 } as const;
  expect(await refusal([outer, { name: "b", content: "x".repeat(1_000), at: 31 }])).toMatch(
    /'b' overlaps with another/,
  );
  const same = { name: "a", content: "x" };
  expect(await refusal([same, { ...same, name: "b", at: 0 }])).toContain("has two names");
  const beyond = { ...same, method: 0, content: "x".repeat(9), packed: Buffer.alloc(0) } as const;
  expect(await refusal([beyond])).toContain("size mismatch");
});

test("a bomb costs neither memory nor time", async () => {
  const packed = deflateRawSync(Buffer.alloc(60_000_000), { level: 9 });
  const bomb = { content: "", packed, crc: 0 };
  const before = process.memoryUsage();
  // Says so: too good to be true. Says not: found after the first bytes.
  expect(await refusal([{ name: "a", ...bomb, size: 60_000_000 }])).toContain("more than 250 times its size");
  expect(await refusal([{ name: "a", ...bomb, size: 1_000_000 }])).toContain("and is not");
  const after = process.memoryUsage();
  expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(24_000_000);
});

test("what is no zip, or a part of one, is refused", async () => {
  const zip = zipOf({ "a.js": "x".repeat(500), "b.js": "y" });
  for (const bytes of [Buffer.alloc(0), Buffer.from("hello"), zip.subarray(0, -1), zip.subarray(40)]) {
    const result = await readArchive(bytes);
    expect(result).toMatchObject({ ok: false, fault: { message: expect.stringContaining(UNZIP) } });
  }
});

test("a zip within a zip is data like any other", async () => {
  const inner = zipOf({ "x.txt": "hi" });
  const result = await readArchive(zipOf({ "r.zip": inner }));
  expect(result.ok && [...result.files.keys()]).toEqual(["r.zip"]);
});
