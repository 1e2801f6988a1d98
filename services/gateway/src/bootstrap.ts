import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ADMIN_POLICY, DEFAULT_TENANT, type KeyStore } from "@sluice/core";
import { StartError } from "@sluice/process";
import { type Credentials, newCredentials } from "./auth/credentials.ts";

export interface BootstrapOptions {
  readonly keys: KeyStore;
  readonly dataDir: string;
  readonly now: () => number;
}

/** What the first start left for its owner. */
export interface Bootstrap {
  /**
   * `elsewhere`: keys exist, but not here; another machine was first. `revoked`: keys exist, and the one here is none of
   * them any more.
   */
  readonly kind: "created" | "known" | "elsewhere" | "revoked";
  readonly path: string;
  /** Keys that somebody changed in Redis: they work no more. */
  readonly tampered: readonly string[];
}

/**
 * Makes sure that the default tenant and a key to it exist. The key is written to `<dataDir>/credentials` in AWS's
 * shared-credentials format, readable by its owner alone; a key found there is made known to a Redis that has none, so
 * that either of the two may be lost. It is not brought back once it was deleted and others exist.
 *
 * @throws StartError when the file cannot be read or written, or the secrets in Redis are under another master key
 */
export async function bootstrap(options: BootstrapOptions): Promise<Bootstrap> {
  const { keys, dataDir } = options;
  const { missing, tampered } = await keys.renewSeals();
  if (missing.length > 0) throw wrongMasterKey(missing, dataDir);
  const path = join(dataDir, "credentials");
  if ((await keys.getTenant(DEFAULT_TENANT)) === undefined) {
    // The first tenant is the operator's own: what its manifests ask for, the operator asks for.
    await keys.putTenant({ name: DEFAULT_TENANT, privateEgress: ["*"] });
  }
  const found = await readCredentials(path);
  if (found !== undefined) return { kind: await remember(options, found), path, tampered };
  if (await keys.hasKeys(DEFAULT_TENANT)) return { kind: "elsewhere", path, tampered };
  return { ...(await create(options, path)), tampered };
}

function wrongMasterKey(missing: readonly string[], dataDir: string): StartError {
  return new StartError(
    `Access keys in Redis are encrypted with a master key that this gateway has not got (${missing.join(", ")}). ` +
      `Copy 'master-key' of the first gateway's data folder to ${dataDir}, or set SLUICE_MASTER_KEY to the same value as ` +
      "there (the old key after the new one while they rotate). If it is lost, so are all access keys: delete " +
      "'sluice:{auth}:keys', 'sluice:{auth}:counts' and 'sluice:{auth}:index' in Redis and start again; the key of " +
      "the credentials file is then stored anew.",
  );
}

async function create(options: BootstrapOptions, path: string): Promise<Omit<Bootstrap, "tampered">> {
  const credentials = newCredentials();
  try {
    await mkdir(options.dataDir, { recursive: true });
    const file = await open(path, "wx", 0o600);
    await file.writeFile(formatCredentials(credentials));
    await file.close();
  } catch (cause) {
    // Another gateway on this machine was faster.
    const theirs = await readCredentials(path);
    if (theirs === undefined) throw new StartError(`Cannot write ${path}: ${messageOf(cause)}`, { cause });
    return { kind: await remember(options, theirs), path };
  }
  await remember(options, credentials);
  return { kind: "created", path };
}

/** A key that earlier versions kept as a hash is stored anew, so that it can sign. */
async function remember(options: BootstrapOptions, credentials: Credentials): Promise<"known" | "revoked"> {
  const { keys, now } = options;
  const { accessKeyId, secret } = credentials;
  const known = await keys.verifyKey(accessKeyId, secret);
  if (known === undefined && (await keys.hasKeys(DEFAULT_TENANT))) return "revoked";
  if (known !== undefined && (await keys.getKey(accessKeyId)) !== undefined) return "known";
  const fresh = { accessKeyId, tenant: DEFAULT_TENANT, name: "first key", policies: ADMIN_POLICY, createdAt: now() };
  await keys.putKey(known ?? { ...fresh, expiresAt: null, disabled: false }, secret);
  return "known";
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
