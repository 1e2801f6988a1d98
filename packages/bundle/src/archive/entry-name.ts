const PATH_CHARS_MAX = 1_024;
const DEPTH_MAX = 64;

/** What is wrong with an entry's name, in words that end a sentence; undefined: it lies inside the archive. */
export function nameFault(name: string): string | undefined {
  if (name.length === 0 || name.length > PATH_CHARS_MAX) return `a name must have 1 to ${PATH_CHARS_MAX} characters`;
  // oxlint-disable-next-line no-control-regex -- a name with them reads other than it is
  if (/[\0-\x1f\x7f]/.test(name)) return "its name has control characters";
  if (name.includes("\\")) return "its name has a backslash; names in a zip have slashes on every system";
  if (name.startsWith("/")) return "its name is an absolute path";
  if (/^[A-Za-z]:/.test(name)) return "its name has a drive letter";
  if (!name.isWellFormed()) return "its name is not valid Unicode";
  const parts = name.replace(/\/$/, "").split("/");
  if (parts.length > DEPTH_MAX) return `it lies more than ${DEPTH_MAX} folders deep`;
  if (parts.includes("..")) return "its name leaves the archive with '..'";
  if (parts.includes("") || parts.includes(".")) return "its name has an empty part or '.'";
  return undefined;
}

/** Equal for names that some file system would hold to be one. */
function nameKey(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase();
}

/** The names of an archive so far; no two of them may be one file, and no file may be another's folder. */
export class EntryNames {
  readonly #byKey = new Map<string, { readonly name: string; readonly folder: boolean }>();

  /** @returns what is wrong with one more entry of this name */
  add(path: string, folder: boolean): string | undefined {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const fault = this.#put(parts.slice(0, depth).join("/"), true, true);
      if (fault !== undefined) return fault;
    }
    return this.#put(path, folder, false);
  }

  #put(name: string, folder: boolean, implied: boolean): string | undefined {
    const key = nameKey(name);
    const known = this.#byKey.get(key);
    if (known === undefined) {
      this.#byKey.set(key, { name, folder });
      return undefined;
    }
    if (known.name !== name) return `it and '${known.name}' have one name but for case or Unicode form`;
    if (known.folder !== folder) return "it is both a file and a folder";
    return folder || implied ? undefined : "it is in the archive twice";
  }
}
