import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock } from "./lock.ts";
import { identify, isRunning } from "./process-identity.ts";

let folder = "";
let path = "";
const address = "http://127.0.0.1:8080";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sl-"));
  path = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("the lock of a data folder", () => {
  test("lets one process in, and tells the next who and where it is", () => {
    const lock = acquireLock({ path, address });
    expect(lock.tookOverFrom).toBeUndefined();
    lock.setAddress("http://127.0.0.1:9999");
    expect(() => acquireLock({ path, address, holder: identify(process.ppid) })).toThrow(
      `already running here (pid ${process.pid}, http://127.0.0.1:9999)`,
    );
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is taken over from a process that is dead", async () => {
    const pid = await deadPid();
    acquireLock({ path, address, holder: { pid, startedAt: null } });
    expect(acquireLock({ path, address }).tookOverFrom).toBe(pid);
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  test("is taken over when the pid now belongs to another process", () => {
    acquireLock({ path, address, holder: { pid: process.ppid, startedAt: "another time" } });
    expect(acquireLock({ path, address }).tookOverFrom).toBe(process.ppid);
  });

  test.each(["", "{", '{"pid":"1"}', '{"pid":-5}', "null"])("is taken over when it cannot be read: %j", (text) => {
    writeFileSync(path, text);
    expect(acquireLock({ path, address }).tookOverFrom).toBe(0);
  });

  test("is not released by a process that lost it", () => {
    const lost = acquireLock({ path, address });
    rmSync(path);
    acquireLock({ path, address, holder: identify(process.ppid) });
    lost.release();
    expect(existsSync(path)).toBe(true);
  });
});

describe("a process identity", () => {
  test("is running while its process does, and a process that nobody has reaped is not", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    const identity = identify(child.pid ?? 0);
    expect(isRunning(identity)).toBe(true);
    expect(isRunning({ ...identity, startedAt: "another time" })).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isRunning(identity)).toBe(false);
  });
});
