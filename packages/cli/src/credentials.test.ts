import { join } from "node:path";
import { CliError } from "./cli-error.ts";
import { findToken, parseProfiles } from "./credentials.ts";
import { createTempFolder, type TempFolder } from "@sluice/bundle/testing";

let folder: TempFolder;
beforeEach(() => {
  folder = createTempFolder();
  folder.write({
    "up/.sluice/credentials":
      "[default]\naws_access_key_id = AKUP\naws_secret_access_key = up/+=\n[two]\naws_access_key_id=AK2\n",
    "up/a/b/.keep": "",
    "data/credentials": "[default]\r\naws_access_key_id=AKDATA\r\naws_secret_access_key=data\r\n",
  });
});
afterEach(() => folder.remove());

const find = (env: Record<string, string>, cwd = "up/a/b", profile = "default"): string =>
  findToken({ env, cwd: join(folder.path, cwd), profile });

test("the environment goes before the data folder, and that before the folders above", () => {
  const data = { SLUICE_DATA_DIR: join(folder.path, "data") };
  expect(find({ ...data, SLUICE_ACCESS_KEY_ID: "AKENV", SLUICE_SECRET_ACCESS_KEY: "env" })).toBe("AKENV.env");
  expect(find(data)).toBe("AKDATA.data");
  expect(find({})).toBe("AKUP.up/+=");
});

test.each([
  ["half a key", { SLUICE_ACCESS_KEY_ID: "AK" }, "up", "default", "SLUICE_SECRET_ACCESS_KEY is not set"],
  ["no file anywhere", {}, ".", "default", "No credentials were found"],
  [
    "a data folder without one",
    { SLUICE_DATA_DIR: "/nonexistent" },
    "up",
    "default",
    "/nonexistent/credentials cannot be read",
  ],
  ["an unknown profile", {}, "up", "three", "no complete profile 'three'"],
  ["half a profile", {}, "up", "two", "no complete profile 'two'"],
])("%s is an error that says what to do", (_what, env, cwd, profile, message) => {
  const attempt = (): string => find(env, cwd, profile);
  expect(attempt).toThrow(CliError);
  expect(attempt).toThrow(message);
});

test("comments, blanks and other keys of the format are passed over", () => {
  const text = "# note\n\n[default]\n  aws_access_key_id = A \nregion = x\naws_secret_access_key = b\n[profile z]\n";
  expect(Object.fromEntries(parseProfiles(text))).toEqual({ default: { id: "A", secret: "b" }, z: {} });
});
