import { createServer, type RequestListener, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { RunResult, VersionSpec } from "@sluice/sandbox";
import { eventually } from "../support/eventually.ts";
import { NetworkPool, type NetworkSample } from "./network-pool.ts";
import { valueOf } from "./trial-pool.ts";

let pool: NetworkPool;
const servers: (Server | HttpServer)[] = [];
const connections: Socket[] = [];

beforeAll(async () => {
  pool = await NetworkPool.start({ orphanMs: 200 });
});

afterEach(async () => {
  for (const socket of connections.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

afterAll(() => pool.stop());

async function listen(server: Server | HttpServer): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => connections.push(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener): Promise<number> => listen(createServer(listener));
const handler = (body: string, sample: Partial<NetworkSample> = {}): VersionSpec =>
  pool.define({ ...sample, code: `${sample.code ?? ""}\nexports.handler = async (event) => {${body}\n};` });
const run = async (body: string, event: unknown, sample: Partial<NetworkSample> = {}): Promise<unknown> =>
  valueOf(await pool.run(handler(body, sample), event));

describe("fetch", () => {
  test("a small exchange is one call of the host, and gives what the server said", async () => {
    const port = await serve((request, response) => {
      response.setHeader("x-method", request.method ?? "");
      request.pipe(response);
    });
    const body = `const r = await fetch('http://127.0.0.1:' + event + '/a?b', { method: 'POST', body: 'hello' });
      return [r.status, r.statusText, r.headers.get('x-method'), await r.text(), r.url.endsWith('/a?b'), r.redirected, r.type];`;
    expect(await run(body, port)).toEqual([200, "OK", "POST", "hello", true, false, "basic"]);
    expect(pool.network.open.exchanges).toBe(0);
  });

  test("a response is read piece by piece while the server writes it", async () => {
    const open: (() => void)[] = [];
    const port = await serve((request, response) => {
      if (request.url === "/next") {
        open.shift()?.();
        response.end();
        return;
      }
      response.write("one");
      open.push(
        () => response.write("two"),
        () => response.end("three"),
      );
    });
    // Each piece is asked for only after the guest has seen the one before.
    const body = `const base = 'http://127.0.0.1:' + event;
      const seen = [], decoder = new TextDecoder();
      for await (const chunk of (await fetch(base)).body) { seen.push(decoder.decode(chunk)); await fetch(base + '/next'); }
      return seen;`;
    expect(await run(body, port)).toEqual(["one", "two", "three"]);
  });

  test("a request's body is sent piece by piece while the guest makes it", async () => {
    const received: string[] = [];
    const port = await serve((request, response) => {
      if (request.url === "/seen") response.end(JSON.stringify(received));
      else {
        request.on("data", (chunk: Buffer) => received.push(chunk.toString()));
        request.on("end", () => response.end("done"));
      }
    });
    const body = `const base = 'http://127.0.0.1:' + event;
      const encoder = new TextEncoder();
      let step = 0;
      const stream = new ReadableStream({ async pull(controller) {
        if (step === 3) return controller.close();
        while (step > 0 && JSON.parse(await (await fetch(base + '/seen')).text()).length < step);
        controller.enqueue(encoder.encode('part' + ++step));
      } });
      return await (await fetch(base, { method: 'POST', body: stream, duplex: 'half' })).text();`;
    expect(await run(body, port)).toBe("done");
    expect(received).toEqual(["part1", "part2", "part3"]);
  });

  test("a large body goes both ways whole", async () => {
    const port = await serve((request, response) => {
      response.setHeader("x-length", String(request.headers["content-length"]));
      request.pipe(response);
    });
    const body = `const bytes = new Uint8Array(9 * 1024 * 1024).map((_, at) => at % 251);
      const r = await fetch('http://127.0.0.1:' + event, { method: 'PUT', body: bytes });
      const back = new Uint8Array(await r.arrayBuffer());
      return [r.headers.get('x-length'), back.length, back.every((byte, at) => byte === at % 251)];`;
    expect(await run(body, port, { memoryMb: 128 })).toEqual([String(9 * 1024 * 1024), 9 * 1024 * 1024, true]);
  });

  test("a server that writes faster than the guest reads has to wait", async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const port = await serve((_request, response) => {
      const more = (): void => {
        while (response.write(chunk)) written += chunk.length;
        response.once("drain", more);
      };
      more();
    });
    const body = `const reader = (await fetch('http://127.0.0.1:' + event)).body.getReader();
      await reader.read();
      await new Promise((done) => setTimeout(done, 300));
      await reader.cancel();
      return 'cancelled';`;
    expect(await run(body, port)).toBe("cancelled");
    // Far less than what 300 ms of loopback could carry: the kernel's buffers and a chunk or two of ours.
    expect(written).toBeLessThan(32 * 1024 * 1024);
    await eventually(() => pool.network.open.exchanges, (open) => open === 0);
  });

  test("an aborted request ends at the server", async () => {
    let closed = false;
    const port = await serve((_request, response) => {
      response.on("close", () => {
        closed = true;
      });
      response.write("begun");
    });
    const body = `const abort = new AbortController();
      const r = await fetch('http://127.0.0.1:' + event, { signal: abort.signal });
      const reader = r.body.getReader();
      await reader.read();
      setTimeout(() => abort.abort(), 5);
      try { await reader.read(); return 'read on'; } catch (error) { return error.name; }`;
    expect(await run(body, port)).toBe("AbortError");
    await eventually(() => closed, Boolean);
  });

  test("an exchange that its invocation leaves open is given up after a while", async () => {
    let closed = false;
    const port = await serve((_request, response) => {
      response.on("close", () => {
        closed = true;
      });
      response.write("begun");
    });
    const version = handler("globalThis.left = await fetch('http://127.0.0.1:' + event); return 1;");
    expect(valueOf(await pool.run(version, port))).toBe(1);
    await eventually(() => closed, Boolean);
    expect(pool.network.open.exchanges).toBe(0);
  });

  test("a connection that nobody takes is a TypeError whose cause tells the code", async () => {
    const body = `try { await fetch('http://127.0.0.1:1/'); } catch (error) {
      return [error.name, error.message, error.cause.code, error.cause instanceof Error]; }`;
    expect(await run(body, 0)).toEqual(["TypeError", "fetch failed", "ECONNREFUSED", true]);
  });

  test("many at once are all answered", async () => {
    const port = await serve((request, response) => response.end(request.url));
    const body = `const base = 'http://127.0.0.1:' + event + '/';
      const all = await Promise.all(Array.from({ length: 300 }, async (_, n) => (await fetch(base + n)).text()));
      return all.every((text, n) => text === '/' + n);`;
    expect(await run(body, port)).toBe(true);
  });

  test("more open responses than the limit are refused with an explanation", async () => {
    const port = await serve((_request, response) => response.write("x"));
    const body = `const kept = [];
      try { for (;;) kept.push(await fetch('http://127.0.0.1:' + event)); }
      catch (error) { return [kept.length, error.message]; }`;
    expect(await run(body, port)).toEqual([256, expect.stringContaining("more than 256 HTTP exchanges at once")]);
  });
});

describe("net", () => {
  const CLIENT = "const net = require('node:net'); const { once } = require('node:events');";

  function echo(sockets: Socket[] = []): Server {
    return createTcpServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.pipe(socket);
    });
  }

  test("a socket connects, writes, reads and ends", async () => {
    const port = await listen(echo());
    const body = `const socket = net.connect({ port: event, host: '127.0.0.1' });
      await once(socket, 'connect');
      socket.setNoDelay(true).setKeepAlive(true, 1000);
      socket.end('hello');
      let text = '';
      for await (const chunk of socket) text += chunk.toString();
      return [text, socket.remotePort === event, socket.remoteAddress, socket.bytesRead, socket.bytesWritten];`;
    expect(await run(body, port, { code: CLIENT })).toEqual(["hello", true, "127.0.0.1", 5, 5]);
    await eventually(() => pool.network.open.sockets, (open) => open === 0);
  });

  test("megabytes keep their order both ways", async () => {
    const port = await listen(echo());
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
    const port = await listen(echo(sockets));
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
    await eventually(() => sockets.length, (count) => count === 1);
    sockets[0]?.write("meanwhile");
    expect(valueOf(await pool.run(version, port))).toBe("meanwhile!");
    expect(sockets.length).toBe(1);
  });

  test("what came between invocations waits at the other side when it is much", async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const port = await listen(
      createTcpServer((socket) => {
        socket.on("error", () => undefined);
        const more = (): void => {
          while (socket.write(chunk)) written += chunk.length;
          socket.once("drain", more);
        };
        more();
      }),
    );
    const body = "global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect'); socket.on('data', () => {}); return 1;";
    const version = handler(body, { code: CLIENT });
    expect(valueOf(await pool.run(version, port))).toBe(1);
    let last = -1;
    await eventually(() => written, (now) => now === last || ((last = now), false));
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  test("a socket dies with its isolate", async () => {
    const sockets: Socket[] = [];
    const port = await listen(echo(sockets));
    const before = pool.network.open.sockets;
    const body = `global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect'); for (;;);`;
    const result: RunResult = await pool.run(handler(body, { code: CLIENT, timeoutMs: 300 }), port);
    expect(result.error?.errorType).toBe("Sandbox.Timedout");
    await eventually(() => sockets[0]?.destroyed, Boolean);
    await eventually(() => pool.network.open.sockets, (open) => open === before);
  });

  test.each([
    ["nobody listens", "{ host: '127.0.0.1', port: 1 }", "ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"],
    ["there is no such host", "{ host: 'nowhere.invalid', port: 80 }", "ENOTFOUND", "getaddrinfo ENOTFOUND nowhere.invalid"],
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
    const port = await listen(createTcpServer(() => undefined));
    const body = `const socket = net.connect(event, '127.0.0.1');
      socket.setTimeout(20);
      await once(socket, 'timeout');
      socket.destroy();
      return 'silent';`;
    expect(await run(body, port, { code: CLIENT })).toBe("silent");
  });

  test("another function of the same tenant cannot name a socket that is not its own", async () => {
    const sockets: Socket[] = [];
    const port = await listen(echo(sockets));
    const open = handler(
      "global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect'); return 1;",
      { code: CLIENT },
    );
    expect(valueOf(await pool.run(open, port))).toBe(1);
    // The first socket of every isolate has the same number; this one is closed, and the other stays.
    const closes = `global.socket = net.connect(event, '127.0.0.1'); await once(socket, 'connect');
      socket.destroy(); await once(socket, 'close'); return 2;`;
    expect(valueOf(await pool.run(handler(closes, { code: CLIENT }), port))).toBe(2);
    await eventually(() => sockets.filter((socket) => socket.destroyed).length, (count) => count === 1);
    expect(sockets.length).toBe(2);
  });
});
