/** By absolute path: a file's size, and what gives its content in base64; null: only the name and size are known. */
export type PackagedFiles = Readonly<Record<string, readonly [number, (() => string) | null]>>;

let packaged: PackagedFiles = {};

/** What a bundle says of the files that were uploaded with it, before its own code runs and before `node:fs` is loaded. */
export const packageModule = {
  mount: (files: PackagedFiles): void => {
    packaged = files;
  },
};

export function packagedFiles(): PackagedFiles {
  return packaged;
}
