import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface PostgresOptions {
  /** PEM; with both, the server speaks TLS to who asks for it. */
  readonly cert?: string;
  readonly key?: string;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

const USER = "app";
const PASSWORD = "correct horse";

/** A PostgreSQL server of the test's own, on a free port and in a folder that goes with it. */
export class Postgres {
  readonly port: number;
  readonly user = USER;
  readonly password = PASSWORD;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#child = child;
  }

  static async start(options: PostgresOptions = {}): Promise<Postgres> {
    const bin = findServer() ?? (await install());
    const account = await serverAccount();
    const folder = await mkdtemp(join(tmpdir(), "sluice-postgres-"));
    const data = join(folder, "data");
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, PASSWORD);
    await own(folder, account);
    await own(passwordFile, account);
    const setup = [
      "-D",
      data,
      "-U",
      USER,
      "-A",
      "scram-sha-256",
      "--pwfile",
      passwordFile,
      "--no-sync",
      "--encoding=UTF8",
    ];
    await execute(join(bin, "initdb"), setup, {
      ...account,
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
    });
    const secure = await secureArguments(options, folder, account);
    const port = await freePort();
    const child = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), ...SETTINGS, ...secure], {
      ...account,
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    await readyLine(child);
    return new Postgres(port, folder, child);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const exited = once(this.#child, "exit");
      this.#child.kill("SIGQUIT");
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const SETTINGS = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"];

async function secureArguments(
  { cert, key }: PostgresOptions,
  folder: string,
  account: Partial<Account>,
): Promise<string[]> {
  if (cert === undefined || key === undefined) return [];
  const files = { ssl_cert_file: join(folder, "cert.pem"), ssl_key_file: join(folder, "key.pem") };
  await writeFile(files.ssl_cert_file, cert);
  await writeFile(files.ssl_key_file, key);
  await chmod(files.ssl_key_file, 0o600);
  for (const file of Object.values(files)) await own(file, account);
  return ["-c", "ssl=on", ...Object.entries(files).flatMap(([name, file]) => ["-c", `${name}=${file}`])];
}

/** Debian keeps the server's programs out of the PATH, in a folder for each version. */
function findServer(): string | undefined {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [];
  const newest = versions.toSorted((one, other) => Number(other) - Number(one));
  const places = newest.map((version) => `/usr/lib/postgresql/${version}/bin`);
  const onPath = (process.env["PATH"] ?? "").split(":");
  return [...places, ...onPath].find((place) => place !== "" && existsSync(join(place, "initdb")));
}

/** As root on Debian and Ubuntu; elsewhere it says what to do. Nothing is skipped for want of a server. */
async function install(): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) => execute("apt-get", args, { env });
  try {
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", "postgresql-common");
    // Debian's package would start a server of its own on port 5432, which nobody asked for.
    await writeFile("/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n");
    await apt("install", "-y", "--no-install-recommends", "postgresql");
  } catch (error) {
    throw new Error("These tests need PostgreSQL: install it (Debian: apt-get install postgresql)", { cause: error });
  }
  const found = findServer();
  if (found === undefined) throw new Error("PostgreSQL was installed, but its initdb is nowhere to be found");
  return found;
}

/** The server refuses to run as root. */
async function serverAccount(): Promise<Partial<Account>> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = await Promise.all(
        ["-u", "-g"].map(async (flag) => (await execute("id", [flag, name])).stdout),
      );
      return { uid: Number(uid), gid: Number(gid) };
    } catch {
      // No such user; the next one.
    }
  }
  throw new Error("There is no user to run PostgreSQL as");
}

async function own(path: string, { uid, gid }: Partial<Account>): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function readyLine(child: ChildProcess): Promise<void> {
  let log = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes("ready to accept connections")) resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
}
