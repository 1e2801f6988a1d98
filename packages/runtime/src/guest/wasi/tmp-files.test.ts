import { wasi } from "@bjorn3/browser_wasi_shim";
import { createTmp } from "./tmp-files.ts";

const ROOM = 4096;

function tmp() {
  const folder = createTmp(ROOM);
  const open = (name: string) => {
    const { fd_obj: file } = folder.path_open(0, name, wasi.OFLAGS_CREAT, 0n, 0n, 0);
    if (file === null) throw new Error(`${name} does not open`);
    return file;
  };
  /** Whether so many bytes can be written to a new file. */
  const takes = (name: string, bytes: number): boolean =>
    open(name).fd_write(new Uint8Array(bytes)).ret === wasi.ERRNO_SUCCESS;
  const link = (from: string, to: string): void => {
    const { inode_obj: inode } = folder.path_lookup(from, 0);
    if (inode === null) throw new Error(`no ${from}`);
    expect(folder.path_link(to, inode, false)).toBe(wasi.ERRNO_SUCCESS);
  };
  const rename = (from: string, to: string): void => {
    const { inode_obj: inode } = folder.path_unlink(from);
    if (inode === null) throw new Error(`no ${from}`);
    expect(folder.path_link(to, inode, true)).toBe(wasi.ERRNO_SUCCESS);
  };
  return { folder, takes, link, rename };
}

test("a file's room is given back with its last name, and not before", () => {
  const { folder, takes, link } = tmp();
  expect(takes("a", ROOM)).toBe(true);
  link("a", "b");
  expect(folder.path_unlink_file("a")).toBe(wasi.ERRNO_SUCCESS);
  expect(takes("c", 256)).toBe(false);
  expect(folder.path_unlink_file("b")).toBe(wasi.ERRNO_SUCCESS);
  expect(takes("d", ROOM)).toBe(true);
});

test("renaming and linking again and again makes no room", () => {
  const { folder, takes, link, rename } = tmp();
  expect(takes("a", ROOM)).toBe(true);
  for (let round = 0; round < 10; round++) {
    rename("a", "b");
    link("b", "a");
    folder.path_unlink_file("b");
  }
  expect(takes("c", 256)).toBe(false);
});

test("a file that another is renamed over gives its room back", () => {
  const { takes, rename } = tmp();
  expect(takes("a", ROOM / 2)).toBe(true);
  expect(takes("b", ROOM / 2)).toBe(true);
  rename("a", "b");
  expect(takes("c", ROOM / 2)).toBe(true);
});
