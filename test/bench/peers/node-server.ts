import { createServer } from "node:http";

/** The least that Node can do: no routes, no checks. */
interface Order {
  readonly order: string;
  readonly customer: string;
  readonly items: readonly unknown[];
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { order, customer, items } = JSON.parse(Buffer.concat(chunks).toString()) as Order;
    const body = JSON.stringify({ ok: true, order, customer, items: items.length });
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.(`http://127.0.0.1:${address.port}`);
});
process.on("disconnect", () => process.exit());
