import { SourceMaps } from "./source-maps.ts";

/** Line 2, column 3 of the code is line 7, column 5 of `src/a.ts`. */
const GOOD = JSON.stringify({ version: 3, sources: ["src/a.ts"], names: [], mappings: ";EAMI" });
const FRAME = "    at handler (/var/task/index.js:2:3)";

let maps: SourceMaps;
let stored: Map<string, string>;
let loads: string[];

beforeEach(() => {
  stored = new Map([["good", GOOD]]);
  loads = [];
  const get = async (digest: string): Promise<Uint8Array | undefined> => {
    loads.push(digest);
    const text = stored.get(digest);
    return text === undefined ? undefined : Buffer.from(text);
  };
  maps = new SourceMaps({ artifacts: { get }, patienceMs: 20_000, timeoutMs: 20_000, heapMb: 24 });
});
afterEach(() => maps.stop());

async function mapped(digest: string, text: string): Promise<string> {
  const [line] = await maps.mapLines(digest, [[1, "ERROR", text]]);
  return line?.[2] ?? "";
}

test("every position in a line is told of its source, also inside of JSON", async () => {
  expect(await mapped("good", `Error: x\n${FRAME}`)).toBe("Error: x\n    at handler (src/a.ts:7:5)");
  const json = JSON.stringify({ stack: [FRAME, FRAME] });
  expect(await mapped("good", json)).toBe(json.replaceAll("/var/task/index.js:2:3", "src/a.ts:7:5"));
  expect(loads).toEqual(["good"]);
});

test("text without a position asks for no map", async () => {
  expect(await mapped("good", "at handler (/var/task/index.ts:1:1)")).toBe("at handler (/var/task/index.ts:1:1)");
  expect(loads).toEqual([]);
});

test("a position that the map does not know, and a map that is not there, change nothing", async () => {
  expect(await mapped("good", FRAME.replace("2:3", "9999999:1"))).toBe(FRAME.replace("2:3", "9999999:1"));
  expect(await mapped("gone", FRAME)).toBe(FRAME);
});

test("an error keeps everything but its places", async () => {
  const error = { errorType: "E", errorMessage: "m", trace: ["E: m", FRAME], explanation: "because" };
  expect(await maps.mapError("good", error)).toEqual({ ...error, trace: ["E: m", "    at handler (src/a.ts:7:5)"] });
});

test("the name of a source cannot forge a log line or end a string", async () => {
  const source = `a"\n\\\u2028${"x".repeat(1_000)}`;
  stored.set("forged", JSON.stringify({ version: 3, sources: [source], names: [], mappings: ";EAMI" }));
  const text = await mapped("forged", FRAME);
  expect(text).toMatch(/^ {4}at handler \(a____x+:7:5\)$/);
  expect(text.length).toBeLessThan(320);
});

test("of a text full of positions a bounded number is mapped", async () => {
  const text = await mapped("good", Array.from({ length: 1_000 }, () => FRAME).join("\n"));
  expect(text.match(/src\/a\.ts:7:5/g)).toHaveLength(256);
  expect(text.match(/index\.js:2:3/g)).toHaveLength(744);
});

test("a map that takes all memory ends its thread alone, is not asked for again, and hurts no other", async () => {
  const mappings = "AAAA,".repeat(1_000_000);
  stored.set("huge", JSON.stringify({ version: 3, sources: ["a"], names: [], mappings }));
  expect(await mapped("huge", FRAME)).toBe(FRAME);
  expect(await mapped("good", FRAME)).toBe("    at handler (src/a.ts:7:5)");
  expect(await mapped("huge", FRAME)).toBe(FRAME);
  expect(loads).toEqual(["huge", "good"]);
});

test("a map that takes too long counts as bad too", async () => {
  const slow = new SourceMaps({
    artifacts: {
      get: async () =>
        Buffer.from(JSON.stringify({ version: 3, sources: ["a"], names: [], mappings: ";".repeat(9e6) })),
    },
    patienceMs: 20_000,
    timeoutMs: 1,
  });
  expect(await slow.mapLines("slow", [[1, "ERROR", FRAME]])).toEqual([[1, "ERROR", FRAME]]);
  await slow.stop();
});
