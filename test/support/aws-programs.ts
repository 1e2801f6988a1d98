import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Debian's first: another `aws` or `python3` before it in the PATH may be a wrapper, or lack boto3. */
const PLACES = ["/usr/bin/"];
const PACKAGES = ["awscli", "python3-boto3"];

let cli: string | undefined;

/** The AWS CLI. Nothing is skipped for want of it. @throws Error that says what to install */
export function findAwsCli(): string {
  // Asked once: the program takes a second to say its version.
  cli ??= [...PLACES.map((place) => `${place}aws`), "aws"].find((program) => runs(program, ["--version"]));
  if (cli === undefined) throw missing("the AWS CLI");
  return cli;
}

/** A Python that has boto3. @throws Error that says what to install */
export function findBoto(): string {
  const pythons = [...PLACES.map((place) => `${place}python3`), "python3"];
  const found = pythons.find((program) => runs(program, ["-c", "import boto3"]));
  if (found === undefined) throw missing("boto3");
  return found;
}

/** Installs what is missing as root on Debian and Ubuntu; elsewhere the tests that need it say what to do. */
export function installAwsPrograms(note: (line: string) => void): void {
  if (isThere(findAwsCli) && isThere(findBoto)) return;
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) return;
  note(`Installing clients of AWS for the tests: apt-get install ${PACKAGES.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, stdio: "ignore" } as const;
  spawnSync("apt-get", ["update"], options);
  spawnSync("apt-get", ["install", "-y", "--no-install-recommends", ...PACKAGES], options);
}

function isThere(find: () => string): boolean {
  try {
    find();
    return true;
  } catch {
    return false;
  }
}

function runs(program: string, args: readonly string[]): boolean {
  if (program.startsWith("/") && !existsSync(program)) return false;
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

function missing(what: string): Error {
  return new Error(
    `These tests need ${what}: install it (Debian: apt-get install ${PACKAGES.join(" ")}; elsewhere: pip install awscli boto3)`,
  );
}
