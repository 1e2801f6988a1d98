import { createServer, type Server, type Socket } from "node:net";
import type { RunResult, VersionSpec } from "@sluice/sandbox";
import { eventually } from "../support/eventually.ts";
import { LocalServers } from "../support/local-servers.ts";
import { NetworkPool, type NetworkSample } from "./network-pool.ts";
import { valueOf } from "./trial-pool.ts";

let pool: NetworkPool;
const servers = new LocalServers();

beforeAll(async () => {
  pool = await NetworkPool.start();
});

afterEach(() => servers.close());

afterAll(() => pool.stop());

const handler = (body: string, sample: Partial<NetworkSample> = {}): VersionSpec =>
  pool.define({ ...sample, code: `${String(sample.code ?? "")}\nexports.handler = async (event) => {${body}\n};` });
const run = async (body: string, event: unknown, sample: Partial<NetworkSample> = {}): Promise<unknown> =>
  valueOf(await pool.run(handler(body, sample), event));

describe("net", () => {
  const CLIENT = "const net = require('node:net'); const { once } = require('node:events');";

  function echo(sockets: Socket[] = []): Server {
    return createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.pipe(socket);
    });
  }

  test("a socket connects, writes, reads and ends", async () => {
    const port = await servers.listen(echo());
    const body = `const socket = net.connect({ port: event, host: '127.0.0.1' });
      await once(socket, 'connect');
      socket.setNoDelay(true).setKeepAlive(true, 1000);
      socket.end('hello');
      let text = '';
      for await (const chunk of socket) text += chunk.toString();
      return [text, socket.remotePort === event, socket.remoteAddress, socket.bytesRead, socket.bytesWritten];`;
    expect(await run(body, port, { code: CLIENT })).toEqual(["hello", true, "127.0.0.1", 5, 5]);
    await eventually(
      () => pool.network.open.sockets,
      (open) => open === 0,
    );
  });

  test("megabytes keep their order both ways", async () => {
    const port = await servers.listen(echo());
    const body = `const socket = net.connect(event, '127.0.0.1');
      const sent = Buffer.alloc(3_000_000, 0).map((_, at) => at % 253);
      socket.end(Buffer.from(sent));
      const chunks = [];
      for await (const chunk of socket) chunks.push(chunk);
      return Buffer.concat(chunks).equals(Buffer.from(sent));`;
    expect(await run(body, port, { code: CLIENT })).toBe(true);
  });

  test("a connection survives to the next invocation, with what came meanwhile", async () => {
    const sockets: Socket[] = [];
    const port = await servers.listen(echo(sockets));
    const code = `${CLIENT} let socket, text = '';`;
    const body = `if (socket === undefined) {
        socket = net.connect(event, '127.0.0.1');
        socket.on('data', (chunk) => { text += chunk; });
        await once(socket, 'connect');
        return 'connected';
      }
      while (!text.includes('meanwhile')) await once(socket, 'data');
      socket.write('!');
      while (!text.includes('!')) await once(socket, 'data');
      return text;`;
    const version = handler(body, { code });
    expect(valueOf(await pool.run(version, port))).toBe("connected");
    await eventually(
      () => sockets.length,
      (count) => count === 1,
    );
    sockets[0]?.write("meanwhile");
    expect(valueOf(await pool.run(version, port))).toBe("meanwhile!");
    expect(sockets.length).toBe(1);
  });

  test("what came between invocations waits at the other side when it is much", async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const port = await servers.listen(
      createServer((socket) => {
        socket.on("error", () => undefined);
        const more = (): void => {
          while (socket.write(chunk)) written += chunk.length;
          socket.once("drain", more);
        };
        more();
      }),
    );
    const body =
      "global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect'); socket.on('data', () => {}); return 1;";
    const version = handler(body, { code: CLIENT });
    expect(valueOf(await pool.run(version, port))).toBe(1);
    let last = -1;
    await eventually(
      () => written,
      (now) => now === last || ((last = now), false),
    );
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  test("a socket dies with its isolate", async () => {
    const sockets: Socket[] = [];
    const port = await servers.listen(echo(sockets));
    const before = pool.network.open.sockets;
    const body = `global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect'); for (;;);`;
    const result: RunResult = await pool.run(handler(body, { code: CLIENT, timeoutMs: 300 }), port);
    expect(result.error?.errorType).toBe("Sandbox.Timedout");
    await eventually(() => sockets[0]?.destroyed, Boolean);
    await eventually(
      () => pool.network.open.sockets,
      (open) => open === before,
    );
  });

  test.each([
    ["nobody listens", "{ host: '127.0.0.1', port: 1 }", "ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"],
    [
      "there is no such host",
      "{ host: 'nowhere.invalid', port: 80 }",
      "ENOTFOUND",
      "getaddrinfo ENOTFOUND nowhere.invalid",
    ],
    ["it is private", "{ host: '10.1.2.3', port: 80 }", "Egress.Denied", "10.1.2.3 is a private address"],
    ["it is a Unix socket", "{ path: '/var/run/docker.sock' }", "ENOENT", "a function has no Unix sockets"],
    ["it would be spam", "{ host: '1.1.1.1', port: 25 }", "Egress.Denied", "port 25 is blocked"],
  ])("an error says when %s", async (_, options, code, message) => {
    const body = `try { await once(net.connect(${options}), 'connect'); } catch (error) { return [error.code, error.message]; }`;
    expect(await run(body, 0, { code: CLIENT })).toEqual([code, expect.stringContaining(message)]);
  });

  test("a server is refused when it is asked for", async () => {
    const body = "try { net.createServer(); } catch (error) { return error.message; }";
    expect(await run(body, 0, { code: CLIENT })).toContain("a function cannot listen for connections");
  });

  test("a silent socket says so after its timeout", async () => {
    const port = await servers.listen(createServer(() => undefined));
    const body = `const socket = net.connect(event, '127.0.0.1');
      socket.setTimeout(20);
      await once(socket, 'timeout');
      socket.destroy();
      return 'silent';`;
    expect(await run(body, port, { code: CLIENT })).toBe("silent");
  });

  test("another function of the same tenant cannot name a socket that is not its own", async () => {
    const sockets: Socket[] = [];
    const port = await servers.listen(echo(sockets));
    const open = handler("global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect'); return 1;", {
      code: CLIENT,
    });
    expect(valueOf(await pool.run(open, port))).toBe(1);
    // The first socket of every isolate has the same number; this one is closed, and the other stays.
    const closes = `global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect');
      socket.destroy(); await once(socket, 'close'); return 2;`;
    expect(valueOf(await pool.run(handler(closes, { code: CLIENT }), port))).toBe(2);
    await eventually(
      () => sockets.filter((socket) => socket.destroyed).length,
      (count) => count === 1,
    );
    expect(sockets.length).toBe(2);
  });
});
