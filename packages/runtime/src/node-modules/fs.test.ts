import { bundlePrelude } from "../index.ts";
import { GuestHarness } from "../testing/harness.ts";
import { runInGuest, runInNode } from "../testing/reference.ts";

let prelude: string;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

const inGuest = (body: string): Promise<unknown> => runInGuest(new GuestHarness(prelude), body);

/** A folder of its own, whose name is taken out of what is compared, and `fails`, which tells how a call fails. */
const SETUP = `const fs = require("fs"); const fsp = require("fs/promises"); const path = require("path");
  const dir = fs.mkdtempSync(path.join(require("os").tmpdir(), "case-")); const at = (name) => path.join(dir, name);
  const clean = (x) => JSON.parse((JSON.stringify(x) ?? "null").replaceAll(dir, "DIR"));
  const fails = (f) => { try { return ["worked", f()]; } catch (e) { return clean([e.name, e.code, e.errno, e.syscall, e.message]); } };
  const rejects = (p) => p.then((v) => ["worked", v], (e) => clean([e.name, e.code, e.syscall, e.message]));`;

describe("files are what they are in Node", () => {
  test.each([
    [
      "written and read, whole",
      "fs.writeFileSync(at('a'), 'hällo'); fs.appendFileSync(at('a'), '!'); fs.writeFileSync(at('b'), Buffer.from([1, 2])); fs.writeFileSync(at('a'), 'more', { flag: 'a' }); return [fs.readFileSync(at('a'), 'utf8'), [...fs.readFileSync(at('b'))], fs.readFileSync(at('a'), { encoding: 'base64' }), fs.existsSync(at('a')), fs.existsSync(at('no'))];",
    ],
    [
      "with promises and callbacks",
      "await fsp.writeFile(at('a'), 'one'); await fsp.appendFile(at('a'), ' two'); const cb = await new Promise((r) => fs.readFile(at('a'), 'utf8', (e, v) => r([e, v]))); const no = await new Promise((r) => fs.readFile(at('no'), (e, v) => r([e.code, v === undefined]))); const order = []; await new Promise((r) => { fs.stat(at('a'), () => { order.push('later'); r(); }); order.push('first'); }); return [await fsp.readFile(at('a'), 'utf8'), cb, no, order, await new Promise((r) => fs.exists(at('a'), r)), await require('util').promisify(fs.readFile)(at('a'), 'utf8')];",
    ],
    [
      "that are missing",
      "return [fails(() => fs.readFileSync(at('no'))), fails(() => fs.statSync(at('no'))), fails(() => fs.readdirSync(at('no'))), fails(() => fs.unlinkSync(at('no'))), fails(() => fs.renameSync(at('no'), at('x'))), fails(() => fs.accessSync(at('no'))), fails(() => fs.rmSync(at('no'))), fails(() => fs.copyFileSync(at('no'), at('x'))), fs.statSync(at('no'), { throwIfNoEntry: false }) ?? null, fs.rmSync(at('no'), { force: true }) ?? null, await rejects(fsp.readFile(at('no'))), await rejects(fsp.stat(at('no'))), fails(() => fs.writeFileSync(at('no/x'), '')), fails(() => fs.mkdirSync(at('no/x')))];",
    ],
    [
      "that are folders, or should be",
      "fs.mkdirSync(at('d')); fs.writeFileSync(at('f'), ''); return [fails(() => fs.readFileSync(at('d'))), fails(() => fs.writeFileSync(at('d'), '')), fails(() => fs.mkdirSync(at('d'))), fails(() => fs.readdirSync(at('f'))), fails(() => fs.rmdirSync(at('f'))), fails(() => fs.writeFileSync(at('f/x'), '')), fails(() => fs.openSync(at('f'), 'wx')), fails(() => fs.rmSync(at('d')))[1], fs.mkdirSync(at('d'), { recursive: true }) ?? null];",
    ],
    [
      "and folders, made and emptied",
      "const made = clean(fs.mkdirSync(at('x/y/z'), { recursive: true })); fs.writeFileSync(at('x/f'), 'f'); fs.writeFileSync(at('x/y/g'), 'g'); const list = fs.readdirSync(at('x')); const types = fs.readdirSync(at('x'), { withFileTypes: true }).map((e) => [e.name, e.isFile(), e.isDirectory(), clean(e.parentPath)]); const all = fs.readdirSync(at('x'), { recursive: true }).sort(); const notEmpty = fails(() => fs.rmdirSync(at('x'))); fs.rmSync(at('x'), { recursive: true }); return [made, list, types, all, notEmpty, fs.existsSync(at('x'))];",
    ],
    [
      "moved and copied",
      "fs.writeFileSync(at('a'), 'A'); fs.renameSync(at('a'), at('b')); fs.copyFileSync(at('b'), at('c')); fs.writeFileSync(at('c'), 'C'); fs.mkdirSync(at('d')); fs.writeFileSync(at('d/e'), 'E'); fs.cpSync(at('d'), at('k'), { recursive: true }); fs.renameSync(at('d'), at('n')); return [fs.readdirSync(dir).sort(), fs.readFileSync(at('b'), 'utf8'), fs.readFileSync(at('c'), 'utf8'), fs.readFileSync(at('k/e'), 'utf8'), fails(() => fs.copyFileSync(at('b'), at('c'), fs.constants.COPYFILE_EXCL)), fails(() => fs.renameSync(at('n'), at('n/in'))), fails(() => fs.renameSync(at('b'), at('n')))];",
    ],
    [
      "told by stat",
      "fs.writeFileSync(at('a'), '12345'); const s = fs.statSync(at('a')); const d = await fsp.stat(dir); fs.utimesSync(at('a'), 1, 2); fs.chmodSync(at('a'), 0o600); const t = fs.lstatSync(at('a')); return [s.size, s.isFile(), s.isDirectory(), d.isDirectory(), s.mtime instanceof Date, Math.abs(s.mtimeMs - Date.now()) < 60000, t.atimeMs, t.mtimeMs, (t.mode & 0o777).toString(8), t.isSymbolicLink()];",
    ],
    [
      "through descriptors",
      "const fd = fs.openSync(at('a'), 'w+'); fs.writeSync(fd, 'hello world'); const b = Buffer.alloc(5); fs.readSync(fd, b, 0, 5, 6); fs.writeSync(fd, Buffer.from('HE'), 0, 2, 0); fs.ftruncateSync(fd, 8); const size = fs.fstatSync(fd).size; fs.closeSync(fd); const r = fs.openSync(at('a')); const parts = []; for (;;) { const n = fs.readSync(r, b); if (n === 0) break; parts.push(b.toString('utf8', 0, n)); } const { bytesRead } = await require('util').promisify(fs.read)(r, Buffer.alloc(3), 0, 3, 0); const w = fails(() => fs.writeSync(r, 'x')); fs.closeSync(r); return [b.toString(), size, parts, bytesRead, w, fails(() => fs.closeSync(r)), fails(() => fs.openSync(at('a'), 'zz'))[1]];",
    ],
    [
      "through a FileHandle",
      "const h = await fsp.open(at('a'), 'w+'); await h.writeFile('line one\\nline two\\n'); const { bytesWritten } = await h.write('end', 18); const { bytesRead, buffer } = await h.read(Buffer.alloc(4), 0, 4, 5); const { size } = await h.stat(); await h.truncate(9); await h.close(); const g = await fsp.open(at('a')); const lines = []; for await (const l of g.readLines()) lines.push(l); return [bytesWritten, bytesRead, buffer.toString(), size, lines, fs.readFileSync(at('a'), 'utf8')];",
    ],
    [
      "as streams",
      "const { pipeline } = require('stream/promises'); await pipeline(require('stream').Readable.from(['one ', 'two ', 'three']), fs.createWriteStream(at('a'))); const { text } = require('stream/consumers'); const part = await text(fs.createReadStream(at('a'), { start: 4, end: 6 })); await pipeline(fs.createReadStream(at('a')), require('zlib').createGzip(), fs.createWriteStream(at('a.gz'))); const back = require('zlib').gunzipSync(fs.readFileSync(at('a.gz'))).toString(); const missing = await new Promise((r) => fs.createReadStream(at('no')).on('error', (e) => r(clean([e.code, e.message])))); const w = fs.createWriteStream(at('b'), { flags: 'a' }); const ev = []; for (const n of ['open', 'finish', 'close']) w.on(n, () => ev.push(n)); w.end('x'); await new Promise((r) => w.on('close', r)); return [part, back, missing, ev, w.bytesWritten];",
    ],
    [
      "by buffer, URL and wrong things",
      "fs.writeFileSync(Buffer.from(at('a')), 'x'); const url = require('url').pathToFileURL(at('a')); return [fs.readFileSync(url, 'utf8'), fails(() => fs.readFileSync({}))[1], fails(() => fs.readFileSync('a\\0b'))[1], fails(() => fs.writeFileSync(at('a'), {}))[1], fails(() => fs.readFile(at('a')))[1], clean(fs.realpathSync(at('x/../a'))) === clean(fs.realpathSync(at('a')))];",
    ],
    [
      "opened as folders",
      "fs.writeFileSync(at('a'), ''); fs.mkdirSync(at('b')); const names = []; for await (const e of await fsp.opendir(dir)) names.push([e.name, e.isDirectory()]); return names.sort();",
    ],
  ])("%s", async (_, body) => {
    const text = `${SETUP} const result = await (async () => {${body}})(); fs.rmSync(dir, { recursive: true }); return result;`;
    expect(await inGuest(text)).toEqual(await runInNode(text));
  });
});

describe("the disk of a function", () => {
  test("outside /tmp everything is read-only, and the code's folder is empty", async () => {
    const outcome =
      await inGuest(`${SETUP} return [fs.readdirSync("/"), fs.readdirSync("/var/task"), fails(() => fs.writeFileSync("/var/task/x", ""))[4],
      fails(() => fs.mkdirSync("/x"))[1], fails(() => fs.rmSync("/tmp", { recursive: true }))[1], fails(() => fs.renameSync("/var/task", "/tmp/t"))[1], fails(() => fs.accessSync("/var/task", fs.constants.W_OK))[1], fails(() => fs.writeFileSync("relative", ""))[4]];`);
    expect(outcome).toEqual([
      ["opt", "tmp", "var"],
      [],
      "EROFS: read-only file system, open '/var/task/x'",
      "EROFS",
      "EACCES",
      "EROFS",
      "EACCES",
      "EROFS: read-only file system, open '/var/task/relative'",
    ]);
  });

  test("a quarter of the memory limit fits, deleting makes room, and ENOSPC says when it is full", async () => {
    const outcome = await inGuest(`${SETUP} const mib = Buffer.alloc(1024 * 1024); let files = 0;
      const fill = () => { try { for (;;) { fs.writeFileSync(at("f" + files), mib); files++; } } catch (e) { return e.code; } };
      const full = fill(); const had = files; fs.rmSync(at("f0")); fs.writeFileSync(at("again"), mib);
      const long = fails(() => fs.truncateSync(at("again"), 2 ** 40))[1];
      fs.rmSync(dir, { recursive: true }); const free = fs.statfsSync("/tmp"); return [full, had, long, free.bfree === free.blocks];`);
    // 128 MB of memory; the last MiB goes to names and folders.
    expect(outcome).toEqual(["ENOSPC", 31, "ENOSPC", true]);
  });

  test("a warm environment finds what the last invocation left, and another environment does not", async () => {
    const code = `const fs = require("fs"); exports.handler = async () => { fs.appendFileSync("/tmp/log", "x"); return fs.readFileSync("/tmp/log", "utf8"); };`;
    const warm = new GuestHarness(prelude);
    await warm.load(code);
    await warm.invoke();
    expect((await warm.invoke()).payload).toBe('"xx"');
    const other = new GuestHarness(prelude);
    await other.load(code);
    expect((await other.invoke()).payload).toBe('"x"');
  });

  test("descriptors have an end", async () => {
    const body = `const fs = require("fs"); fs.writeFileSync("/tmp/a", ""); try { for (;;) fs.openSync("/tmp/a"); } catch (e) { return e.code; }`;
    expect(await inGuest(body)).toBe("EMFILE");
  });

  test("links and watching are refused with what to do", async () => {
    expect(await inGuest("require('fs').symlinkSync('a', 'b');")).toContain("copy the file instead");
    expect(await inGuest("require('fs').watch('/tmp');")).toContain("fs.watch is not available");
  });
});

describe("process events", () => {
  test("a listener hears of the uncaught exception, which still fails the invocation, and of the exit", async () => {
    const guest = new GuestHarness(prelude);
    await guest.load(`process.on("uncaughtException", (e, origin) => console.log("heard", e.message, origin));
      process.on("exit", (code) => console.log("exit", code));
      exports.handler = (event, context, done) => { setTimeout(() => { if (event === "exit") process.exit(3); throw new Error("late"); }); };`);
    expect((await guest.invoke()).error).toMatchObject({ errorType: "Error", errorMessage: "late" });
    expect((await guest.invoke("exit")).error).toMatchObject({ errorType: "Runtime.ExitError" });
    expect(guest.logs).toContain("INFO heard late uncaughtException");
    expect(guest.logs).toContain("INFO exit 3");
  });

  test("a warning is a line of the log and an event", async () => {
    const guest = new GuestHarness(prelude);
    const body = `const p = new Promise((r) => process.on("warning", (w) => r([w.name, w.message, w.code])));
      process.emitWarning("old", "DeprecationWarning", "DEP1"); return p;`;
    expect(await guest.run(body)).toEqual(["DeprecationWarning", "old", "DEP1"]);
    expect(guest.logs).toEqual(["WARN [DEP1] DeprecationWarning: old"]);
  });

  test("what is written to the outputs is in the log", async () => {
    const guest = new GuestHarness(prelude);
    await guest.run(
      `process.stdout.write("a\\n"); process.stderr.write(Buffer.from("b")); return new Promise((r) => process.stdout.write("c", r));`,
    );
    expect(guest.logs).toEqual(["INFO a", "ERROR b", "INFO c"]);
  });
});
