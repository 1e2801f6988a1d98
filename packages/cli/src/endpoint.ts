import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CredentialsQuery, findCredentialsFile } from "./credentials.ts";

export const DEFAULT_ENDPOINT = "http://127.0.0.1:8080";

/**
 * The gateway's address: SLUICE_ENDPOINT, or what the platform wrote beside the credentials that are used. A key of the
 * environment goes with no folder: it may be another platform's, and must not be sent to this one.
 */
export function findEndpoint({ env, cwd }: Omit<CredentialsQuery, "profile">): string {
  const named = env["SLUICE_ENDPOINT"];
  if (named) return named;
  if (env["SLUICE_ACCESS_KEY_ID"]) return DEFAULT_ENDPOINT;
  const credentials = findCredentialsFile({ env, cwd });
  return (credentials && readAddress(join(dirname(credentials), "endpoint"))) || DEFAULT_ENDPOINT;
}

function readAddress(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    // Only `npm start` writes it; a gateway that was started by itself listens where it was told to.
    return undefined;
  }
}
