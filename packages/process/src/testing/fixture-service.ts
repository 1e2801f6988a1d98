import { createServer } from "node:http";
import { closeServer, listen, readEnv, runService } from "../index.ts";

/** A service whose misbehaviour its environment chooses; run as a process by the tests of `runService`. */
runService({
  name: "fixture",
  env: process.env,
  readConfig: (env) =>
    readEnv(env, (read) => ({
      port: read.port("FIXTURE_PORT", 0),
      mode: read.oneOf("FIXTURE_MODE", ["normal", "hang", "throw", "reject", "fail-half-way"], "normal"),
    })),
  start: async ({ config, onStop }) => {
    onStop("base", () => void process.stdout.write("stopped base\n"));
    const server = createServer((request, response) => {
      if (request.url === "/slow") process.stdout.write("slow request\n");
      else response.end("ok");
      process.once("SIGUSR2", () => response.end("late"));
    });
    const { address } = await listen(server, { host: "127.0.0.1", port: config.port, setting: "FIXTURE_PORT" });
    onStop("intake", async (deadline) => {
      process.stdout.write("draining intake\n");
      if (config.mode === "hang") await new Promise(() => undefined);
      await closeServer(server, deadline);
      process.stdout.write("stopped intake\n");
    });
    if (config.mode === "fail-half-way") throw new Error("no luck");
    if (config.mode === "throw") setImmediate(() => raise("thrown later"));
    if (config.mode === "reject") setImmediate(() => void Promise.reject(new Error("rejected later")));
    return { address: `http://${address}` };
  },
});

function raise(message: string): never {
  throw new Error(message);
}
