import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { parseRedisAddress, type RedisAddress } from "@sluice/core";

export class RedisReplyError extends Error {
  override readonly name = "RedisReplyError";
}

/**
 * Sends one command over a connection of its own and answers the text of a simple or bulk reply. Enough to see whether
 * a server answers and how it is set up, before anything that needs a real client runs.
 *
 * @throws RedisReplyError when the server answers with an error; Error when it cannot be reached within `timeoutMs`
 */
export async function redisCommand(url: string, command: readonly string[], timeoutMs = 2_000): Promise<string> {
  const address = parseRedisAddress(url);
  const commands = address.password === undefined ? [command] : [authCommand(address, address.password), command];
  const socket = open(address);
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  try {
    socket.write(commands.map(encode).join(""));
    const replies = await readReplies(socket, commands.length);
    return replies.at(-1) ?? "";
  } finally {
    socket.destroy();
  }
}

function open({ path, host = "127.0.0.1", port = 6379, tls }: RedisAddress): Socket {
  if (path !== undefined) return connect({ path });
  return tls === undefined
    ? connect({ host, port })
    : connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }) });
}

function authCommand({ username }: RedisAddress, password: string): readonly string[] {
  return username === undefined ? ["AUTH", password] : ["AUTH", username, password];
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join("")}`;
}

async function readReplies(socket: Socket, count: number): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  const replies: string[] = [];
  let buffered = Buffer.alloc(0);
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("the connection was closed before the answer")));
  socket.on("data", (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let reply = cutReply(buffered); reply !== undefined; reply = cutReply(buffered)) {
      if (reply.error) return reject(new RedisReplyError(reply.text));
      replies.push(reply.text);
      buffered = buffered.subarray(reply.length);
    }
    if (replies.length >= count) resolve(replies);
  });
  return await promise;
}

interface Reply {
  readonly text: string;
  readonly error: boolean;
  readonly length: number;
}

/** The first reply, once it is all there. */
function cutReply(data: Buffer): Reply | undefined {
  const end = data.indexOf("\r\n");
  if (end < 0) return undefined;
  const head = data.toString("utf8", 1, end);
  const type = String.fromCharCode(data[0] ?? 0);
  if (type !== "$") return { text: head, error: type === "-", length: end + 2 };
  const size = Math.max(0, Number(head));
  const length = end + 2 + size + 2;
  if (data.length < length) return undefined;
  return { text: data.toString("utf8", end + 2, end + 2 + size), error: false, length };
}
