import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { BrokerReply } from "@sluice/sandbox";
import { GuestCalls } from "../testing/guest-calls.ts";

const TOTAL_MS = 1_500;
const servers: Server[] = [];
const connections: Socket[] = [];
const guests: GuestCalls[] = [];

afterEach(async () => {
  for (const socket of connections.splice(0)) socket.destroy();
  await Promise.all(guests.splice(0).map((guest) => guest.network.stop()));
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** A guest that may reach this server, and asks it for something. */
async function openAt(server: Server): Promise<{ readonly guest: GuestCalls; readonly reply: BrokerReply }> {
  servers.push(server);
  server.on("connection", (socket: Socket) => connections.push(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const guest = await GuestCalls.create({ allowPrivate: [at] }, { totalMs: TOTAL_MS });
  guests.push(guest);
  const head = { exchange: 1, method: "GET", headers: [], redirect: "follow", body: "whole", raw: false };
  return { guest, reply: await guest.call("http.open", { ...head, url: `http://${at}/` }) };
}

const tooLong = {
  ok: false,
  name: "TypeError",
  code: "Egress.Limit",
  message: expect.stringContaining("longer than 1.5 s in all"),
};

describe("a server that drips, and so is never silent", () => {
  test("is left when the exchange has taken as long as it may, whoever reads on", async () => {
    const drip: RequestListener = (_request, response) => {
      const timer = setInterval(() => response.write("."), 5);
      response.on("close", () => clearInterval(timer));
    };
    const { guest, reply: first } = await openAt(createServer(drip));
    expect(first).toMatchObject({ ok: true });
    let reply = await guest.call("http.read", "1");
    while (reply.ok && reply.text === "more") {
      // Each piece is asked for by another invocation.
      guest.run = new AbortController();
      reply = await guest.call("http.read", "1");
    }
    expect(reply).toEqual(tooLong);
    expect(guest.network.open.exchanges).toBe(0);
  });

  test("is left before its head has come to an end, too", async () => {
    const { guest, reply } = await openAt(
      createTcpServer((socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => socket.write("x-drip: 1\r\n"), 20);
        socket.on("close", () => clearInterval(timer)).on("error", () => undefined);
      }),
    );
    expect(reply).toEqual(tooLong);
    expect(guest.network.open.exchanges).toBe(0);
  });
});
