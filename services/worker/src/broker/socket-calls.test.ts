import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { BrokerReply } from "@sluice/sandbox";
import { GuestCalls, textOf } from "../testing/guest-calls.ts";

const servers: Server[] = [];
const connections: Socket[] = [];
const guests: GuestCalls[] = [];
afterEach(async () => {
  for (const socket of connections.splice(0)) socket.destroy();
  await Promise.all(guests.splice(0).map((guest) => guest.network.stop()));
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function echo(): Promise<number> {
  const server = createServer((socket) => socket.pipe(socket));
  servers.push(server);
  server.on("connection", (socket: Socket) => connections.push(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

async function guestOf(...options: Parameters<typeof GuestCalls.create>): Promise<GuestCalls> {
  const guest = await GuestCalls.create(...options);
  guests.push(guest);
  return guest;
}

const open = (guest: GuestCalls, socket: number, host: string, port: number): Promise<BrokerReply> =>
  guest.call("net.open", { socket, host, port, family: 0, tls: null });

test.each([
  "169.254.169.254",
  "169.254.170.2",
  "127.0.0.1",
  "::1",
  "[::1]",
  "::ffff:127.0.0.1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "fe80::1%eth0",
  "fd00::1",
  "0.0.0.0",
  "100.64.0.1",
])("a socket to %s is refused", async (host) => {
  expect(await open(await guestOf({ allowPrivate: [] }), 1, host, 80)).toMatchObject({
    ok: false,
    code: "Egress.Denied",
  });
});

test.each(["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost"])(
  "%s, which a resolver takes for this machine, is judged by what it resolves to",
  async (host) => {
    const port = await echo();
    expect(await open(await guestOf({ allowPrivate: [] }), 1, host, port)).toMatchObject({
      ok: false,
      code: "Egress.Denied",
    });
    expect(connections.length).toBe(0);
  },
);

test.each(["a b", "a\r\nb", "user@127.0.0.1", "127.0.0.1/x", "", "％６１"])("'%s' is no host", async (host) => {
  expect(await open(await guestOf({ allowPrivate: [] }), 1, host, 80)).toMatchObject({
    ok: false,
    code: "Egress.Denied",
  });
});

test("a name is judged by each of its addresses", async () => {
  const resolve = async (): Promise<{ address: string; family: number }[]> => [{ address: "127.0.0.1", family: 4 }];
  const guest = await guestOf({ allowPrivate: [] }, { resolve });
  const reply = await open(guest, 1, "rebind.test", await echo());
  expect(textOf(reply)).toContain("rebind.test is a private address");
  expect(connections.length).toBe(0);
});

test("the platform's own endpoints are out of reach for sockets too", async () => {
  const port = await echo();
  const guest = await guestOf(
    { allowPrivate: ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] },
    { protectedEndpoints: [`127.0.0.1:${port}`] },
  );
  for (const host of ["127.0.0.1", "localhost", "::ffff:127.0.0.1"]) {
    expect(await open(guest, 1, host, port)).toMatchObject({ ok: false, code: "Egress.Denied" });
  }
});

test("a socket is nobody's but its environment's, and goes with it", async () => {
  const port = await echo();
  const guest = await guestOf({ allowPrivate: ["127.0.0.1"] });
  expect(await open(guest, 1, "127.0.0.1", port)).toMatchObject({ ok: true });
  for (const other of [guest.neighbour(), guest.neighbour("other")]) {
    expect(await other.call("net.read", "1")).toMatchObject({ ok: false, code: "EPIPE" });
    expect(await other.call("net.write", "1", Buffer.from("x"))).toMatchObject({ ok: false, code: "EPIPE" });
    await other.call("net.close", "1");
  }
  await guest.call("net.write", "1", Buffer.from("mine"));
  expect(textOf(await guest.call("net.read", "1"))).toBe("mine");
  const closed = new Promise((done) => connections[0]?.once("close", done));
  guest.environment.abort();
  await closed;
  expect(guest.network.open.sockets).toBe(0);
});

test("the number of sockets is limited, a number is used once, and one read waits at a time", async () => {
  const port = await echo();
  const guest = await guestOf({ allowPrivate: ["127.0.0.1"] });
  await open(guest, 1, "127.0.0.1", port);
  expect(await open(guest, 1, "127.0.0.1", port)).toMatchObject({ ok: false, code: "Egress.Limit" });
  void guest.call("net.read", "1");
  expect(await guest.call("net.read", "1")).toMatchObject({ ok: false, code: "Egress.Limit" });
  const replies = await Promise.all(Array.from({ length: 70 }, (_, at) => open(guest, at + 2, "127.0.0.1", port)));
  expect(replies.filter(({ ok }) => ok).length).toBeLessThanOrEqual(64);
  expect(replies.at(-1)).toMatchObject({ ok: false, code: "Egress.Limit" });
});

test("an encrypted or huge key is refused before anybody computes with it", async () => {
  const port = await echo();
  const guest = await guestOf({ allowPrivate: ["127.0.0.1"] });
  for (const key of ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "x".repeat(9_000)]) {
    const tls = { rejectUnauthorized: true, checkHost: true, key };
    const reply = await guest.call("net.open", { socket: 1, host: "127.0.0.1", port, family: 0, tls });
    expect(textOf(reply)).toContain("a TLS key must not be encrypted");
  }
});

test("private answers of the name service are withheld unless the function may go there", async () => {
  const resolve = async (): Promise<{ address: string; family: number }[]> => [{ address: "10.1.1.1", family: 4 }];
  const question = { host: "db.corp.test", type: "lookup", family: 0 };
  const stranger = await guestOf({ allowPrivate: [] }, { resolve });
  expect(await stranger.call("dns.resolve", question)).toMatchObject({ ok: false, code: "Egress.Denied" });
  const granted = await guestOf({ allowPrivate: ["db.corp.test:5432"] }, { resolve });
  const reply = await granted.call("dns.resolve", question);
  expect(reply.ok && reply.text).toBe('{"records":[{"address":"10.1.1.1","family":4}]}');
});
