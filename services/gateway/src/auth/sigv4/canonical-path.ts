import { encodePath } from "./percent.ts";

/**
 * The path as every service but S3 signs it: without `.`, `..` and empty segments, and encoded once more than it was
 * sent (`%3A` becomes `%253A`).
 */
export function canonicalPath(url: string): string {
  const end = url.indexOf("?");
  const path = end < 0 ? url : url.slice(0, end);
  return encodePath(NEEDS_NORMALISING.test(path) ? normalise(path) : path) || "/";
}

const NEEDS_NORMALISING = /\/\/|\/\.{1,2}(\/|$)/;

function normalise(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  return `/${segments.join("/")}${segments.length > 0 && path.endsWith("/") ? "/" : ""}`;
}
