import { checkString } from "./node-error.ts";
import { unavailableAll } from "./unavailable.ts";

type PathFunctions = Record<string, unknown> & { resolve(...parts: string[]): string; normalize(path: string): string };

const posix = require("path-browserify") as PathFunctions;

const METHODS = [
  "join",
  "resolve",
  "normalize",
  "dirname",
  "basename",
  "relative",
  "isAbsolute",
  "extname",
  "parse",
  "format",
];

/** `*` within a name, `**` across folders, `?`, `[…]` and `{…,…}`, as `path.matchesGlob` has them. */
function matchesGlob(path: string, pattern: string): boolean {
  checkString(path, "path");
  checkString(pattern, "pattern");
  return new RegExp(`^${globSource(pattern)}$`, "u").test(path);
}

function globSource(pattern: string): string {
  const token = /\*\*\/|\*\*|\*|\?|\[!?[^\]]+\]|[{},]|[^]/gu;
  let depth = 0;
  return pattern.replace(token, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1 && part.startsWith("[")) return part.replace("[!", "[^");
    if (part === "{") depth++;
    if (part === "{") return "(?:";
    if (part === "}" && depth > 0) {
      depth--;
      return ")";
    }
    if (part === "," && depth > 0) return "|";
    return part.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
  });
}

posix["toNamespacedPath"] = (path: unknown): unknown => path;
posix["matchesGlob"] = matchesGlob;
posix["_makeLong"] = posix["toNamespacedPath"];
const win32 = {
  ...unavailableAll(
    "path.win32",
    [...METHODS, "toNamespacedPath", "matchesGlob"],
    "a function runs on Linux; use path",
  ),
  sep: "\\",
  delimiter: ";",
};
Object.assign(posix, { posix, win32 });
Object.assign(win32, { posix, win32 });

/** `node:path`: Lambda runs on Linux, and so do functions here. */
export const path = posix;
