import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";

let prelude: string;
/** The internal constructor, with a source that notes what is asked of it, as globals. */
let exposed: string;
let guest: GuestHarness;

const EXPOSE = `
  import { receivedResponse } from "./guest/fetch/response.ts";
  globalThis.reads = 0;
  globalThis.cancelled = [];
  globalThis.received = (...parts) => receivedResponse(
    { status: 200, statusText: "", headers: [["content-type", "text/plain"]], url: "http://a/", redirected: false },
    {
      async read() {
        globalThis.reads++;
        const part = parts.shift();
        if (part instanceof Error) throw part;
        return part === undefined ? undefined : new Uint8Array(part);
      },
      cancel: (reason) => void globalThis.cancelled.push(reason),
    },
  );`;

beforeAll(async () => {
  prelude = await bundlePrelude();
  const resolveDir = fileURLToPath(new URL(".", import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: EXPOSE, resolveDir },
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    mainFields: ["main"],
    // Of packages behind lazy modules, which none of this reaches.
    external: ["util"],
  });
  exposed = outputFiles[0]?.text ?? "";
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
  guest.evaluate(exposed);
});

describe("a response whose body the host brings piece by piece", () => {
  test("is read whole without a stream", async () => {
    expect(await guest.run("return [await received([104], [], [105]).text(), reads];")).toEqual(["hi", 4]);
  });

  test("asks for nothing before somebody reads, and then for one piece at a time", async () => {
    expect(
      await guest.run(`
        const response = received([1], [2], [3]);
        const reader = response.body.getReader();
        const before = reads;
        const first = (await reader.read()).value[0];
        await new Promise((resolve) => setTimeout(resolve, 1));
        return [before, first, reads, response.bodyUsed];`),
    ).toEqual([0, 1, 1, true]);
  });

  test("skips empty pieces and ends for readers with a buffer of their own too", async () => {
    expect(
      await guest.run(`
        const reader = received([], [7, 8]).body.getReader({ mode: 'byob' });
        const { value } = await reader.read(new Uint8Array(8));
        const { done } = await reader.read(new Uint8Array(8));
        return [[...value], done];`),
    ).toEqual([[7, 8], true]);
  });

  test("tells the host when nobody wants the rest", async () => {
    expect(await guest.run("await received([1]).body.cancel('enough'); return [cancelled, reads];")).toEqual([
      ["enough"],
      0,
    ]);
  });

  test("fails its reader when the host fails", async () => {
    expect(
      await guest.run(`
        const failure = (reading) => reading.then(() => 'read', (error) => error.message);
        return [await failure(received([1], new TypeError('lost')).text()),
          await failure(new Response(received(new TypeError('lost')).body).text())];`),
    ).toEqual(["lost", "lost"]);
  });

  test("can be cloned", async () => {
    expect(
      await guest.run(
        "const one = received([104], [105]); const two = one.clone(); return [await two.text(), await one.text()];",
      ),
    ).toEqual(["hi", "hi"]);
  });
});
