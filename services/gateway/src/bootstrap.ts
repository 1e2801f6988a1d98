import { randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_TENANT, type KeyStore } from "@sluice/core";
import { StartError } from "@sluice/process";

export interface BootstrapOptions {
  readonly keys: KeyStore;
  readonly dataDir: string;
  readonly now: () => number;
}

/** What the first start left for its owner. */
export type Bootstrap =
  | { readonly kind: "created" | "known"; readonly path: string }
  /** Keys exist, but not here: another machine was first. */
  | { readonly kind: "elsewhere"; readonly path: string };

interface Credentials {
  readonly accessKeyId: string;
  readonly secret: string;
}

/** Upper-case letters and digits, as AWS access key ids. */
const ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * Makes sure that the default tenant and a key to it exist. The key is written to `<dataDir>/credentials` in AWS's
 * shared-credentials format, readable by its owner alone; a key found there is made known to Redis, so that either of
 * the two may be lost.
 *
 * @throws StartError when the file cannot be read or written
 */
export async function bootstrap(options: BootstrapOptions): Promise<Bootstrap> {
  const { keys, dataDir } = options;
  const path = join(dataDir, "credentials");
  if ((await keys.getTenant(DEFAULT_TENANT)) === undefined) {
    // The first tenant is the operator's own: what its manifests ask for, the operator asks for.
    await keys.putTenant({ name: DEFAULT_TENANT, privateEgress: ["*"] });
  }
  const found = await readCredentials(path);
  if (found !== undefined) {
    await remember(options, found);
    return { kind: "known", path };
  }
  if (await keys.hasKeys(DEFAULT_TENANT)) return { kind: "elsewhere", path };
  return await create(options, path);
}

async function create(options: BootstrapOptions, path: string): Promise<Bootstrap> {
  const credentials: Credentials = { accessKeyId: newAccessKeyId(), secret: randomBytes(30).toString("base64url") };
  try {
    await mkdir(options.dataDir, { recursive: true });
    const file = await open(path, "wx", 0o600);
    await file.writeFile(formatCredentials(credentials));
    await file.close();
  } catch (cause) {
    // Another gateway on this machine was faster.
    const theirs = await readCredentials(path);
    if (theirs === undefined) throw new StartError(`Cannot write ${path}: ${messageOf(cause)}`, { cause });
    await remember(options, theirs);
    return { kind: "known", path };
  }
  await remember(options, credentials);
  return { kind: "created", path };
}

async function remember(options: BootstrapOptions, { accessKeyId, secret }: Credentials): Promise<void> {
  const known = await options.keys.verifyKey(accessKeyId, secret);
  if (known !== undefined) return;
  await options.keys.putKey({ accessKeyId, tenant: DEFAULT_TENANT, createdAt: options.now() }, secret);
}

async function readCredentials(path: string): Promise<Credentials | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StartError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  const accessKeyId = /^\s*aws_access_key_id\s*=\s*(\S+)/m.exec(text)?.[1];
  const secret = /^\s*aws_secret_access_key\s*=\s*(\S+)/m.exec(text)?.[1];
  if (accessKeyId === undefined || secret === undefined) {
    throw new StartError(
      `${path} holds no aws_access_key_id and aws_secret_access_key; remove it to have a new key made.`,
    );
  }
  return { accessKeyId, secret };
}

function formatCredentials({ accessKeyId, secret }: Credentials): string {
  return `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`;
}

function newAccessKeyId(): string {
  const letters = [...randomBytes(16)].map((byte) => ID_ALPHABET[byte % ID_ALPHABET.length]);
  return `AKIA${letters.join("")}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
