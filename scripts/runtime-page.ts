import { readFileSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { CRYPTO_LIMITS, LIMITS, REFUSED_NODE_MODULES } from "@sluice/core";
import { PACKAGES } from "../test/packages/package-list.ts";
import { builtinNames, GLOBALS, NODE_MODULE_FACTS } from "./runtime-facts.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/runtime.md");
const MIB = 1024 * 1024;

/**
 * `docs/runtime.md` with its tables made anew: what lies between `<!-- made: name -->` and `<!-- end -->` comes from the
 * code. Written by `npx node scripts/runtime-page.ts --write`.
 */
export function runtimePage(text: string): string {
  const made: Readonly<Record<string, () => string>> = { globals, modules, refused, packages, limits };
  return text.replace(/(<!-- made: (\w+) -->\n)[^]*?(<!-- end -->)/g, (_, head: string, name: string, tail: string) => {
    const make = made[name];
    if (make === undefined) throw new Error(`docs/runtime.md asks for a table '${name}' that nothing makes`);
    return `${head}\n${make()}\n\n${tail}`;
  });
}

const isPartly = (name: string): boolean => Object.hasOwn(NODE_MODULE_FACTS, name);
const isRefused = (name: string): boolean => Object.hasOwn(REFUSED_NODE_MODULES, name);
const code = (names: string): string =>
  names
    .split(" ")
    .map((name) => `\`${name}\``)
    .join(", ");

function globals(): string {
  return `${code(GLOBALS)}.`;
}

function modules(): string {
  const names = builtinNames(builtinModules);
  const whole = names.filter((name) => !isPartly(name) && !isRefused(name));
  const partly = names.filter(isPartly).map((name) => {
    const { without, note } = NODE_MODULE_FACTS[name] ?? {};
    return `| \`${name}\` | ${note ?? ""} | ${without === undefined ? "" : code(without)} |`;
  });
  return [
    `Whole: ${code(whole.join(" "))}.`,
    "",
    "| module | what there is | not there |",
    "| --- | --- | --- |",
    ...partly,
  ].join("\n");
}

function refused(): string {
  const rows = Object.entries(REFUSED_NODE_MODULES).map(([name, advice]) => `| \`node:${name}\` | ${advice} |`);
  return ["| module | why, and what to do |", "| --- | --- |", ...rows].join("\n");
}

function packages(): string {
  const rows = Object.entries(PACKAGES).map(([name, does]) => `| \`${name}\` | ${versionOf(name)} | ${does} |`);
  return ["| package | version | what its tests do |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The version that the tests ran with. */
function versionOf(name: string): string {
  for (const folder of ["test/packages/node_modules", "examples/thumbnails/node_modules", "node_modules"]) {
    try {
      const text = readFileSync(join(ROOT, folder, name, "package.json"), "utf8");
      return (JSON.parse(text) as { readonly version: string }).version;
    } catch {
      // npm put it into another of these folders
    }
  }
  throw new Error(`${name} is not installed`);
}

function limits(): string {
  const mib = (bytes: number): string => `${bytes / MIB} MiB`;
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const rows: readonly (readonly [string, string])[] = [
    ["code, bundled", mib(LIMITS.codeBytesMax)],
    ["`memoryMb`", `${LIMITS.memoryMbMin} to ${LIMITS.memoryMbMax}, ${LIMITS.memoryMbDefault} unless said`],
    ["`timeoutMs`", `${LIMITS.timeoutMsMin} to ${LIMITS.timeoutMsMax}, ${LIMITS.timeoutMsDefault} unless said`],
    ["top level of the module", seconds(LIMITS.initTimeoutMs)],
    ["environment variables together", `${LIMITS.environmentBytesMax} bytes`],
    ["event and result of a call", mib(LIMITS.payloadBytesMax)],
    ["event that is queued", mib(LIMITS.asyncPayloadBytesMax)],
    ["streamed response", mib(LIMITS.streamedBytesMax)],
    ["log of one attempt; one line", `${LIMITS.logBytesPerAttempt / 1024} KiB; ${LIMITS.logLineBytes / 1024} KiB`],
    ["timers at once", String(LIMITS.timersPerInvocation)],
    ["host calls at once; more wait", String(LIMITS.hostCallsInFlight)],
    ["HTTP exchanges of one environment", String(LIMITS.exchangesPerEnvironment)],
    ["sockets of one environment, and web sockets", String(LIMITS.socketsPerEnvironment)],
    ["response of `fetch`, decoded", mib(LIMITS.fetchResponseBytesMax)],
    ["silence of a server", seconds(LIMITS.fetchTimeoutMs)],
    ["one exchange of `fetch`, in all", seconds(LIMITS.fetchTotalMs)],
    ["redirects", String(LIMITS.fetchRedirectsMax)],
    ["message of a web socket", mib(LIMITS.webSocketMessageBytesMax)],
    ["key and value of `kv`", `${LIMITS.kvKeyBytes} bytes; ${mib(LIMITS.kvValueBytes)}`],
    ["RSA keys", `${CRYPTO_LIMITS.rsaBitsMin} to ${CRYPTO_LIMITS.rsaBitsMax} bits`],
    ["source map", mib(LIMITS.sourceMapBytesMax)],
  ];
  return ["| what | limit |", "| --- | --- |", ...rows.map(([what, limit]) => `| ${what} | ${limit} |`)].join("\n");
}

if (process.argv.includes("--write")) writeFileSync(PAGE, runtimePage(readFileSync(PAGE, "utf8")));
