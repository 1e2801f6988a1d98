import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError, EXIT } from "./cli-error.ts";

export interface CredentialsQuery {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly profile: string;
}

/**
 * The bearer token, from the first of: SLUICE_ACCESS_KEY_ID and SLUICE_SECRET_ACCESS_KEY, the file
 * $SLUICE_DATA_DIR/credentials, the file .sluice/credentials in this folder or one above.
 *
 * @throws CliError none of them is there, or it lacks the profile
 */
export function findToken(query: CredentialsQuery): string {
  const { env, profile } = query;
  const id = env["SLUICE_ACCESS_KEY_ID"];
  const secret = env["SLUICE_SECRET_ACCESS_KEY"];
  if (id && secret) return `${id}.${secret}`;
  if (id || secret) {
    const missing = id ? "SLUICE_SECRET_ACCESS_KEY" : "SLUICE_ACCESS_KEY_ID";
    throw new CliError(`${missing} is not set, though its counterpart is.`, "Set both, or neither.", EXIT.usage);
  }
  const file = findCredentialsFile(query);
  if (file === undefined) {
    throw new CliError(
      "No credentials were found: neither SLUICE_ACCESS_KEY_ID nor a file .sluice/credentials here or above.",
      "Start the platform once with 'npm start', which writes them, and run this command in its folder; or set SLUICE_DATA_DIR.",
    );
  }
  const keys = parseProfiles(readCredentials(file)).get(profile);
  if (!keys?.id || !keys.secret) {
    throw new CliError(
      `${file} has no complete profile '${profile}'.`,
      `Give it a section [${profile}] with aws_access_key_id and aws_secret_access_key, or name another with --profile.`,
    );
  }
  return `${keys.id}.${keys.secret}`;
}

export function findCredentialsFile({ env, cwd }: Omit<CredentialsQuery, "profile">): string | undefined {
  const dataDir = env["SLUICE_DATA_DIR"];
  if (dataDir) return join(dataDir, "credentials");
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, ".sluice", "credentials");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) return undefined;
  }
}

function readCredentials(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      "Run this command as the user who started the platform, or set SLUICE_DATA_DIR to its data folder.",
    );
  }
}

interface ProfileKeys {
  id?: string;
  secret?: string;
}

/** AWS's shared-credentials format, of which only the two keys matter here. */
export function parseProfiles(text: string): Map<string, ProfileKeys> {
  const profiles = new Map<string, ProfileKeys>();
  let current: ProfileKeys = {};
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) {
      current = {};
      profiles.set(section, current);
      continue;
    }
    const [, name, value] = /^\s*(aws_access_key_id|aws_secret_access_key)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === "aws_access_key_id" && value) current.id = value;
    if (name === "aws_secret_access_key" && value) current.secret = value;
  }
  return profiles;
}
