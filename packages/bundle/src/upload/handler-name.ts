/** `dist/index.api.handler`: a module of the archive and the way to a function among its exports. */
export interface HandlerName {
  /** From the archive's root and without extension: `dist/index`. */
  readonly module: string;
  /** `["api", "handler"]`. */
  readonly members: readonly string[];
}

/** How Lambda's runtime reads a handler's name; what it cannot read fails at init, in these words. */
export function parseHandler(handler: string): HandlerName | { readonly malformed: string } {
  if (handler.includes("..")) {
    const rule = "Use absolute paths when specifying root directories in handler names.";
    return { malformed: `'${handler}' is not a valid handler name. ${rule}` };
  }
  const slash = handler.lastIndexOf("/") + 1;
  const match = /^([^.]+)\.(.+)$/.exec(handler.slice(slash));
  if (match === null) return { malformed: "Bad handler" };
  const [, file = "", members = ""] = match;
  return { module: handler.slice(0, slash) + file, members: members.split(".") };
}
