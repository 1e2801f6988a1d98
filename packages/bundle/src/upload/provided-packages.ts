import { access, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { ArchiveFile } from "../archive/read-archive.ts";

/** Where Lambda's runtime has them. */
export const PROVIDED = "/var/runtime/node_modules";

/** What of the AWS SDK functions need not package; the same names are this package's dependencies. */
export const PROVIDED_NAMES: readonly string[] = [
  "@aws-sdk/client-dynamodb",
  "@aws-sdk/client-kinesis",
  "@aws-sdk/client-lambda",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-sqs",
  "@aws-sdk/lib-dynamodb",
  "@aws-sdk/s3-request-presigner",
];

const CODE = /\.(?:js|cjs|mjs|json)$/;
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "dist-types"]);

/** A package: where it lies on this machine, and where functions find it. */
interface Placed {
  readonly host: string;
  readonly path: string;
}

/** Files by their paths in an environment; what is not listed is not there, whatever lies beside it on this machine. */
export interface ProvidedPackages {
  readonly files: ReadonlyMap<string, ArchiveFile>;
  readonly folders: ReadonlySet<string>;
}

/**
 * A function speaks HTTP/1.1 only (`fetch` and `node:https`). The client of Kinesis takes HTTP/2 by default, for one
 * call that is not offered here; all others work over either.
 */
export function providedSource(text: string): string {
  return text.replaceAll("NodeHttp2Handler as RequestHandler", "NodeHttpHandler as RequestHandler");
}

export function isProvided(path: string): boolean {
  return path.startsWith(`${PROVIDED}/`);
}

let listed: Promise<ProvidedPackages> | undefined;

/** Listed once in a process; a file is read when a function imports it. */
export function providedPackages(): Promise<ProvidedPackages> {
  listed ??= list().catch((error: unknown) => {
    listed = undefined;
    throw error;
  });
  return listed;
}

async function list(): Promise<ProvidedPackages> {
  const files = new Map<string, ArchiveFile>();
  for (const placed of await placePackages()) await addFiles(placed.host, placed.path, files);
  const folders = new Set<string>();
  for (const path of files.keys()) {
    for (let folder = posix.dirname(path); !folders.has(folder); folder = posix.dirname(folder)) folders.add(folder);
  }
  return { files, folders };
}

/**
 * The named packages and all that they depend on. A second version of one goes below the package that asks for it; its
 * place is settled before any package below is looked at, so that every package finds what it finds on this machine.
 */
async function placePackages(): Promise<readonly Placed[]> {
  const hosts = new Map<string, string>();
  const queue: Placed[] = [];
  const place = (path: string, host: string): void => {
    hosts.set(path, host);
    queue.push({ path, host });
  };
  const here = dirname(fileURLToPath(import.meta.url));
  for (const name of PROVIDED_NAMES) {
    const host = await installed(name, here);
    if (host === undefined) throw new Error(`The package ${name} is not installed; run npm ci.`);
    place(`${PROVIDED}/${name}`, host);
  }
  for (const { path, host } of queue) {
    for (const name of await dependenciesOf(host)) {
      const wanted = await installed(name, host);
      if (wanted === undefined || nearest(hosts, path, name) === wanted) continue;
      place(hosts.has(`${PROVIDED}/${name}`) ? `${path}/node_modules/${name}` : `${PROVIDED}/${name}`, wanted);
    }
  }
  return queue;
}

function nearest(hosts: ReadonlyMap<string, string>, path: string, name: string): string | undefined {
  for (let folder = path; folder.startsWith(PROVIDED); folder = posix.dirname(folder)) {
    const found = hosts.get(folder === PROVIDED ? `${folder}/${name}` : `${folder}/node_modules/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As Node looks for a package, from a folder upwards. */
async function installed(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    if (await exists(join(found, "package.json"))) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function dependenciesOf(host: string): Promise<readonly string[]> {
  const json = JSON.parse(await readFile(join(host, "package.json"), "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(json.dependencies ?? {}).sort();
}

/** Links are not followed: they may lead anywhere. */
async function addFiles(host: string, path: string, files: Map<string, ArchiveFile>): Promise<void> {
  const entries = await readdir(host, { withFileTypes: true });
  const adding = entries.map(async (entry) => {
    const from = join(host, entry.name);
    const to = `${path}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) await addFiles(from, to, files);
    if (!entry.isFile() || !CODE.test(entry.name)) return;
    const { size } = await stat(from);
    files.set(to, { size, mode: 0o644, read: () => readFile(from) });
  });
  await Promise.all(adding);
}
