import { join } from "node:path";
import { findEndpoint } from "./endpoint.ts";
import { runFake } from "./testing/fake-host.ts";
import { createTempFolder, type TempFolder } from "@sluice/bundle/testing";

const KEYS = "[default]\naws_access_key_id = AK\naws_secret_access_key = secret\n";

let folder: TempFolder;
beforeEach(() => {
  folder = createTempFolder();
  folder.write({
    "app/.sluice/credentials": KEYS,
    "app/.sluice/endpoint": "http://127.0.0.1:8090\n",
    "app/src/main.ts": "",
    "data/credentials": KEYS,
    "data/endpoint": "http://127.0.0.1:8091\n",
    "old/.sluice/credentials": KEYS,
  });
});
afterEach(() => folder.remove());

const find = (cwd: string, env: Record<string, string> = {}): string =>
  findEndpoint({ env, cwd: join(folder.path, cwd) });

test("the address is found beside the credentials, here or above", () => {
  expect(find("app")).toBe("http://127.0.0.1:8090");
  expect(find("app/src")).toBe("http://127.0.0.1:8090");
  expect(find("app", { SLUICE_DATA_DIR: join(folder.path, "data") })).toBe("http://127.0.0.1:8091");
});

test("SLUICE_ENDPOINT and --endpoint go before it, and without it the default holds", async () => {
  expect(find("app", { SLUICE_ENDPOINT: "http://gateway" })).toBe("http://gateway");
  expect(find("old")).toBe("http://127.0.0.1:8080");
  expect(find(".")).toBe("http://127.0.0.1:8080");
  const cwd = join(folder.path, "app");
  expect((await runFake(["list"], { cwd, env: {} })).stderr).toContain("at http://127.0.0.1:8090 ");
  expect((await runFake(["list", "--endpoint", "http://x.test"], { cwd, env: {} })).stderr).toContain(
    "at http://x.test ",
  );
});

test("a key of the environment is not sent to the platform of a folder", () => {
  expect(find("app", { SLUICE_ACCESS_KEY_ID: "AK" })).toBe("http://127.0.0.1:8080");
});
