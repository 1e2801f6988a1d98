import { StartError } from "@sluice/process";
import { showRedisAddress } from "./show-redis-address.ts";
import { redisCommand, RedisReplyError } from "./redis-command.ts";

/**
 * Checks that a server of the user's own will keep what it accepts.
 *
 * @throws StartError when it cannot be reached, or would forget queued work when its memory is full
 */
export async function checkRedisPolicy(url: string, warn: (line: string) => void): Promise<void> {
  const shown = showRedisAddress(url);
  const info = await readInfo(url, shown);
  const policy = info.get("maxmemory_policy");
  if (policy === undefined)
    warn(`Redis at ${shown} does not say its maxmemory-policy; make sure that it is noeviction.`);
  else if (policy !== "noeviction") {
    throw new StartError(
      `Redis at ${shown} has maxmemory-policy ${policy} and would forget queued work when its memory is full. Set 'maxmemory-policy noeviction' on that server.`,
    );
  }
  if (info.get("aof_enabled") === "0") {
    warn(`Redis at ${shown} has no append-only file: its crash may lose accepted events. Set 'appendonly yes' on it.`);
  }
}

async function readInfo(url: string, shown: string): Promise<ReadonlyMap<string, string>> {
  try {
    const text = await redisCommand(url, ["INFO"]);
    return new Map(text.split("\r\n").map((line) => [line.split(":", 1)[0] ?? "", line.slice(line.indexOf(":") + 1)]));
  } catch (error) {
    const said = error instanceof RedisReplyError;
    throw new StartError(
      `Redis at ${shown} ${said ? "refused" : "cannot be reached"}: ${error instanceof Error ? error.message : String(error)}. Check REDIS_URL, or unset it to run a private server.`,
      { cause: error },
    );
  }
}
