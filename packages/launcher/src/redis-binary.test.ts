import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedisServer, findRedisServer } from "./index.ts";

let folder = "";
let notes: string[] = [];
const note = (line: string): void => void notes.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sl-"));
  notes = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A machine on which whoever runs this test may install. */
function installable(installScript: string): void {
  program("sudo", '[ "$1" = -n ] && shift; exec "$@"');
  program("true", "exit 0");
  program("apk", installScript);
}

describe("finding a Redis server", () => {
  test("takes redis-server before valkey-server, and skips what cannot be run", () => {
    writeFileSync(join(folder, "redis-server"), "", { mode: 0o644 });
    program("valkey-server", "");
    expect(findRedisServer({ PATH: `/nowhere:${folder}` })).toBe(join(folder, "valkey-server"));
    rmSync(join(folder, "redis-server"));
    program("redis-server", "");
    expect(findRedisServer({ PATH: folder })).toBe(join(folder, "redis-server"));
    expect(findRedisServer({})).toBeUndefined();
  });

  test("installs the system's package when there is none, and says so", async () => {
    installable(`echo "$@" > ${folder}/asked; : > ${folder}/redis-server; /bin/chmod 755 ${folder}/redis-server`);
    const path = await ensureRedisServer({ env: { PATH: folder }, install: true, note });
    expect(path).toBe(join(folder, "redis-server"));
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("add --no-cache redis\n");
    expect(notes).toEqual([expect.stringContaining("apk add --no-cache redis")]);
  });

  test("tries valkey where redis is not packaged any more", async () => {
    installable(`[ "$3" = redis ] && exit 1; : > ${folder}/valkey-server; /bin/chmod 755 ${folder}/valkey-server`);
    const path = await ensureRedisServer({ env: { PATH: folder }, install: true, note });
    expect(path).toBe(join(folder, "valkey-server"));
  });

  test("says what to run when the installation fails, with its reason", async () => {
    installable("echo 'no network here' >&2; exit 7");
    const attempt = ensureRedisServer({ env: { PATH: folder }, install: true, note });
    await expect(attempt).rejects.toThrow(
      /failed \(7\): no network here[\s\S]*apk add --no-cache redis[\s\S]*REDIS_URL/,
    );
  });

  test("installs nothing when that is turned off, but says how", async () => {
    installable(`: > ${folder}/installed`);
    const attempt = ensureRedisServer({ env: { PATH: folder }, install: false, note });
    await expect(attempt).rejects.toThrow(/SLUICE_INSTALL_REDIS=0[\s\S]*apk add/);
    expect(() => readFileSync(join(folder, "installed"))).toThrow("ENOENT");
  });

  test("lists the commands of each system when it knows no package manager", async () => {
    const attempt = ensureRedisServer({ env: { PATH: folder }, install: true, note });
    await expect(attempt).rejects.toThrow(/apt-get install -y redis-server[\s\S]*brew install redis/);
  });
});
