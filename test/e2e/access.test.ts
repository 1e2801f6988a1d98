import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@sluice/client";
import { Service } from "../support/service.ts";
import { Stack } from "../support/stack.ts";

let stack: Stack;
let elsewhere: string;
beforeEach(async () => {
  stack = await Stack.start({ gateways: 2, workers: 0 });
  elsewhere = await mkdtemp(join(tmpdir(), "sluice-elsewhere-"));
});
afterEach(async () => {
  await stack.stop();
  await rm(elsewhere, { recursive: true, force: true });
});

function gatewayElsewhere(env: Readonly<Record<string, string>> = {}): Service {
  return new Service("gateway", {
    REDIS_URL: stack.redis.url,
    SLUICE_DATA_DIR: elsewhere,
    SLUICE_PORT: "0",
    ...env,
  });
}

test("a key made by one gateway works on all, on one with the same master key elsewhere too, and on no other", async () => {
  const { id, secret } = await (await stack.client()).createKey({ name: "ci", policy: "read" });
  const masterKey = (await readFile(join(stack.dataDir, "master-key"), "utf8")).trim();
  const other = gatewayElsewhere({ SLUICE_MASTER_KEY: masterKey });
  await other.start();
  for (const endpoint of [stack.gateways[1]?.address ?? "", other.address]) {
    expect((await createClient({ endpoint, token: `${id}.${secret}` }).listFunctions()).functions).toEqual([]);
  }
  await other.stop();
  await expect(gatewayElsewhere().start()).rejects.toThrow(/encrypted with a master key that this gateway has not got/);
});

test("a rotated master key opens what the old one sealed, and then does without it", async () => {
  const old = (await readFile(join(stack.dataDir, "master-key"), "utf8")).trim();
  const next = randomBytes(32).toString("base64");
  for (const SLUICE_MASTER_KEY of [`${next},${old}`, next]) {
    const gateway = gatewayElsewhere({ SLUICE_MASTER_KEY });
    await gateway.start();
    const client = createClient({ endpoint: gateway.address, token: await stack.token() });
    expect((await client.listKeys()).map(({ name }) => name)).toEqual(["first key"]);
    await gateway.stop();
  }
});

test("a setting that is no master key is told without being shown", async () => {
  const wrong = randomBytes(31).toString("base64");
  const error = await gatewayElsewhere({ SLUICE_MASTER_KEY: wrong })
    .start()
    .then(() => "it started", String);
  expect(error).toContain("SLUICE_MASTER_KEY must be 32 bytes in base64");
  expect(error).not.toContain(wrong);
});
