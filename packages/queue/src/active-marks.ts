import type { Redis } from "ioredis";

/**
 * Which functions have, or lately had, something in their queue: a sorted set of function keys, scored with the Redis
 * server's time of the last mark. Consumers attach to what is marked; nobody ever looks through all functions.
 *
 * The set and the queues may live on different nodes, so no script sees both. What holds nevertheless:
 *
 * 1. `enqueue` resolves only if the mark it relied on was younger than the consumers' idle time, with room to spare, when
 *    the event was in the queue; or after it marked again (`MarkKeeper.confirm`).
 * 2. A consumer removes a mark only after it (a) has seen the same score for the idle time by its own steady clock,
 *    (b) then found the queue empty (waiting, active, delayed), and (c) in one script finds the score still the same
 *    and older than the idle time by the server's clock.
 * 3. An event that came into the queue before (b) makes (b) fail, or was finished since. One that comes after (b)
 *    relied on a mark either newer than (b), so that (c) fails or the mark comes after the removal; or older than (a)'s
 *    first sight, so older than the idle time, and by 1 it is marked again before it counts as accepted.
 * 4. Nothing but a verdict takes an event out of its queue: retries, releases and lost leases move it within.
 *
 * Hence: an accepted event is finished, or its function is marked. Steps of the server's clock can only keep a mark
 * for longer, because (a) is measured by the consumer.
 */
export const IDLE_MS = 30_000;

export interface Mark {
  readonly key: string;
  readonly score: string;
}

const MARK = `
local time = redis.call("TIME")
redis.call("ZADD", KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call("PUBLISH", ARGV[2], ARGV[1])
return 1`;

const UNMARK = `
local score = redis.call("ZSCORE", KEYS[1], ARGV[1])
if not score then return 1 end
if tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
local time = redis.call("TIME")
if time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(score) < tonumber(ARGV[3]) then return 0 end
redis.call("ZREM", KEYS[1], ARGV[1])
return 1`;

export class ActiveMarks {
  /** Where every mark is announced, so that consumers need not wait for their next look. */
  readonly channel: string;
  readonly #client: Redis;
  readonly #set: string;

  constructor(client: Redis, prefix: string) {
    this.#client = client;
    this.#set = `${prefix}:active`;
    this.channel = `${prefix}:wake`;
  }

  async mark(key: string): Promise<void> {
    await this.#client.eval(MARK, 1, this.#set, key, this.channel);
  }

  async list(): Promise<readonly Mark[]> {
    const flat = await this.#client.zrange(this.#set, "0", "-1", "WITHSCORES");
    const marks: Mark[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) {
      marks.push({ key: flat[at] ?? "", score: flat[at + 1] ?? "" });
    }
    return marks;
  }

  /** Removes the mark if it is the one that was seen and is old enough. Answers whether there is none now. */
  async unmark(seen: Mark, idleMs: number): Promise<boolean> {
    return (await this.#client.eval(UNMARK, 1, this.#set, seen.key, seen.score, idleMs)) === 1;
  }
}
