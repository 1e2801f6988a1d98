import { hkdfSync, randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StartError } from "@sluice/process";

export interface MasterKeyOptions {
  /** Keys in base64 with commas between them; undefined: they are in the data folder. */
  readonly setting: string | undefined;
  readonly dataDir: string;
}

const KEY_BYTES = 32;
/** 32 bytes in base64, with or without padding. */
export const MASTER_KEY_LIST = /^[A-Za-z0-9+/]{43}=?(\s*,\s*[A-Za-z0-9+/]{43}=?)*$/;

/**
 * The keys that secrets are encrypted with in Redis: the first encrypts, all decrypt. Without the setting, a key is made
 * at the first start and kept in `<dataDir>/master-key`, readable by its owner alone.
 *
 * @throws StartError when the file cannot be read or written, or holds something else
 */
export async function readMasterKeys({ setting, dataDir }: MasterKeyOptions): Promise<readonly Uint8Array[]> {
  if (setting !== undefined) return parse(setting, "SLUICE_MASTER_KEY");
  const path = join(dataDir, "master-key");
  const text = (await readKeyFile(path)) ?? (await createKeyFile(path, dataDir));
  return parse(text, path);
}

/** For links to code: of the first key, so that gateways which share it serve one another's links. */
export function deriveLinkSecret([first = new Uint8Array(0)]: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", first, "", "links to code", KEY_BYTES));
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StartError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Written beside its place and then linked there, so that of two gateways one wins and neither reads half a key. */
async function createKeyFile(path: string, dataDir: string): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const text = `${randomBytes(KEY_BYTES).toString("base64")}\n`;
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(draft, text, { flag: "wx", mode: 0o600 });
    await link(draft, path);
    return text;
  } catch (cause) {
    const theirs = await readKeyFile(path);
    if (theirs === undefined) throw new StartError(`Cannot write ${path}: ${messageOf(cause)}`, { cause });
    return theirs;
  } finally {
    await rm(draft, { force: true });
  }
}

function parse(text: string, place: string): readonly Uint8Array[] {
  const list = text.trim();
  if (!MASTER_KEY_LIST.test(list)) {
    throw new StartError(`${place} holds no master key: 32 bytes in base64, or several with commas between them.`);
  }
  return list.split(",").map((part) => Buffer.from(part.trim(), "base64"));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
