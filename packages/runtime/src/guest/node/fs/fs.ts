import { lazyProperties } from "../lazy-properties.ts";
import { unavailableAll } from "../unavailable.ts";
import { Dir } from "./dir.ts";
import { fileContent } from "./file-content.ts";
import { fsConstants } from "./fs-constants.ts";
import { callbackForms, promiseForms, syncForms } from "./fs-forms.ts";
import { Dirent, Stats } from "./stats.ts";

const LINKS = "the files of a function are a plain tree in memory; copy the file instead";
const WATCH = "nobody but the function itself changes its files";

const loadHandles = () => require("./file-handle.ts") as typeof import("./file-handle.ts");
const loadStreams = () => require("./fs-streams.ts") as typeof import("./fs-streams.ts");

const { exists: _, ...promised } = promiseForms;

/** `node:fs/promises`. */
const promises = {
  ...promised,
  ...unavailableAll("fs.promises", ["link", "symlink"], LINKS),
  ...unavailableAll("fs.promises", ["watch"], WATCH),
  open: async (path: unknown, flags?: unknown, mode?: unknown) =>
    new (loadHandles().FileHandle)(fileContent.openSync(path, flags, mode)),
  opendir: async (path: unknown): Promise<Dir> => new Dir(path),
  constants: fsConstants,
};

for (const name of ["readFile", "writeFile", "appendFile"] as const) {
  const byPath = promised[name] as (...args: unknown[]) => unknown;
  Object.assign(promises, {
    [name]: async (target: unknown, ...args: unknown[]) =>
      byPath(typeof target === "object" && target !== null && "fd" in target ? target.fd : target, ...args),
  });
}

/** `node:fs`: files in memory. See `tree.ts` for what is where. */
export const fs = lazyProperties(
  {
    ...callbackForms,
    ...syncForms,
    ...unavailableAll("fs", ["link", "linkSync", "symlink", "symlinkSync"], LINKS),
    ...unavailableAll("fs", ["watch", "watchFile"], WATCH),
    unwatchFile: (): void => undefined,
    opendirSync: (path: unknown): Dir => new Dir(path),
    opendir: (path: unknown, ...rest: unknown[]): void => {
      const callback = rest.at(-1) as (error: unknown, dir?: Dir) => void;
      promises.opendir(path).then(
        (dir) => callback(null, dir),
        (error: unknown) => callback(error),
      );
    },
    createReadStream: (path: unknown, options?: unknown) => new (loadStreams().ReadStream)(path, options),
    createWriteStream: (path: unknown, options?: unknown) => new (loadStreams().WriteStream)(path, options),
    Stats,
    Dirent,
    Dir,
    promises,
    constants: fsConstants,
    F_OK: fsConstants.F_OK,
    R_OK: fsConstants.R_OK,
    W_OK: fsConstants.W_OK,
    X_OK: fsConstants.X_OK,
  },
  {
    ReadStream: () => loadStreams().ReadStream,
    WriteStream: () => loadStreams().WriteStream,
    FileReadStream: () => loadStreams().ReadStream,
    FileWriteStream: () => loadStreams().WriteStream,
  },
);
