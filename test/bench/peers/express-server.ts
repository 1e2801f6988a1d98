import express from "express";

/** Express as its own guide shows it: `json()` in, `json()` out. */
interface Order {
  readonly order: string;
  readonly customer: string;
  readonly items: readonly unknown[];
}

const app = express();
app.use(express.json());
app.post("/", (request, response) => {
  const { order, customer, items } = request.body as Order;
  response.json({ ok: true, order, customer, items: items.length });
});
const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.(`http://127.0.0.1:${address.port}`);
});
process.on("disconnect", () => process.exit());
