import { osConstants } from "../os-constants.ts";

const MESSAGES = {
  EACCES: "permission denied",
  EBADF: "bad file descriptor",
  EEXIST: "file already exists",
  EFBIG: "file too large",
  EINVAL: "invalid argument",
  EISDIR: "illegal operation on a directory",
  EMFILE: "too many open files",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
} as const;

export type FsErrorCode = keyof typeof MESSAGES;

/** An error as libuv words it; programs look at its `code`. */
export function fsError(code: FsErrorCode, syscall: string, path?: string, dest?: string): Error {
  const where = path === undefined ? "" : ` '${path}'${dest === undefined ? "" : ` -> '${dest}'`}`;
  const error = new Error(`${code}: ${MESSAGES[code]}, ${syscall}${where}`);
  return Object.assign(error, {
    errno: -osConstants.errno[code],
    code,
    syscall,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}
