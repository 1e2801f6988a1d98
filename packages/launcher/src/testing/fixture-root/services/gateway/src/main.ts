import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { closeServer, listen, readEnv, runService } from "@sluice/process";

/** Stands in for the gateway in the launcher's tests: writes credentials and lists no functions. */
runService({
  name: "gateway",
  env: process.env,
  readConfig: (env) =>
    readEnv(env, (read) => ({
      port: read.port("SLUICE_PORT"),
      dataDir: read.string("SLUICE_DATA_DIR"),
      redisUrl: read.redisUrl("REDIS_URL"),
      broken: read.flag("FIXTURE_BROKEN", false),
      hang: read.flag("FIXTURE_HANG", false),
    })),
  start: async ({ config, logger, onStop }) => {
    if (config.broken) throw new Error("the gateway is broken");
    writeFileSync(
      join(config.dataDir, "credentials"),
      "[default]\naws_access_key_id = KEY\naws_secret_access_key = SECRET\n",
    );
    const server = createServer((request, response) => {
      const known = request.headers.authorization === "Bearer KEY.SECRET";
      response.end(JSON.stringify(known ? { functions: [], next: null, redis: config.redisUrl } : { error: {} }));
    });
    onStop("intake", async (deadline) => {
      if (config.hang) await new Promise(() => undefined);
      await closeServer(server, deadline);
    });
    const { address } = await listen(server, { host: "127.0.0.1", port: config.port, setting: "SLUICE_PORT" });
    logger.warn({ redis: config.redisUrl !== "" }, "a warning of the gateway");
    return { address: `http://${address}` };
  },
});
