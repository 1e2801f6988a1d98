/* oxlint-disable jest/no-conditional-expect, jest/no-standalone-expect -- which layers there are is the machine's choice */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { detectIsolation } from "./detect-isolation.ts";
import { type Isolation, isolationCommand, NO_ISOLATION } from "./isolation.ts";
import { bootsUnder } from "./trial-boot.ts";

let isolation: Isolation;
let folder: string;

beforeAll(async () => {
  isolation = await detectIsolation();
  folder = mkdtempSync(join(tmpdir(), "sluice-isolation-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs JavaScript with the full power of Node, as one who has broken out of the engine would, under a cell's layers. */
function asCell(layers: Isolation, code: string): string {
  const [program, ...args] = [...isolationCommand(layers, 1), process.execPath, "-e", code];
  const { stdout, stderr } = spawnSync(program, args, { env: {}, cwd: "/", encoding: "utf8" });
  return stdout.trim() || stderr;
}

test("a trial boots where nothing stands in its way, so that a layer that fails it is really missing", async () => {
  expect(await bootsUnder(NO_ISOLATION)).toBe(true);
});

test("who has broken out of the engine cannot read the platform's credentials", () => {
  const path = join(folder, "credentials");
  writeFileSync(path, "aws_secret_access_key = s3cret", { mode: 0o600 });
  const read = `try { console.log(require("fs").readFileSync(${JSON.stringify(path)}, "utf8")); } catch (e) { console.log(e.code); }`;
  expect(asCell(NO_ISOLATION, read)).toContain("s3cret");
  if (typeof isolation.identity === "object") expect(asCell(isolation, read)).toBe("EACCES");
});

test("who has broken out of the engine can connect to nothing and signal nobody", async () => {
  const server: Server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { port: number };
  const connect = `require("net").connect(${port}, "127.0.0.1").on("connect", () => { console.log("connected"); process.exit(); }).on("error", (e) => console.log(e.code));`;
  const signal = `try { process.kill(${process.pid}, 0); console.log("signalled"); } catch (e) { console.log(e.code); }`;
  const environ = `try { console.log(require("fs").readFileSync("/proc/${process.pid}/environ").length > 0); } catch (e) { console.log(e.code); }`;
  try {
    if (isolation.namespaces) expect(asCell(isolation, connect)).toMatch(/^E(NETUNREACH|CONNREFUSED|ADDRNOTAVAIL)$/);
    if (typeof isolation.identity === "object") {
      expect(asCell(isolation, signal)).toBe("EPERM");
      expect(asCell(isolation, environ)).toBe("EACCES");
    }
  } finally {
    server.close();
  }
});
