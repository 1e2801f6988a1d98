import { createServer, type RequestListener } from "node:http";
import type { VersionSpec } from "@sluice/sandbox";
import { eventually } from "../support/eventually.ts";
import { LocalServers } from "../support/local-servers.ts";
import { NetworkPool, type NetworkSample } from "./network-pool.ts";
import { valueOf } from "./trial-pool.ts";

let pool: NetworkPool;
const servers = new LocalServers();

beforeAll(async () => {
  pool = await NetworkPool.start({ orphanMs: 200 });
});

afterEach(() => servers.close());

afterAll(() => pool.stop());

const serve = (listener: RequestListener): Promise<number> => servers.listen(createServer(listener));
const handler = (body: string, sample: Partial<NetworkSample> = {}): VersionSpec =>
  pool.define({ ...sample, code: `${String(sample.code ?? "")}\nexports.handler = async (event) => {${body}\n};` });
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
    await eventually(
      () => pool.network.open.exchanges,
      (open) => open === 0,
    );
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
