/** The work that every server of a comparison does: parse a JSON document of some 200 bytes, answer a small one. */

/** The source of a Lambda handler; the product and workerd run this very text. */
export const ECHO_HANDLER = `async (event) => {
  const { order, customer, items } = JSON.parse(event.body);
  return { ok: true, order, customer, items: items.length };
}`;

export const ECHO_REQUEST = JSON.stringify({
  order: "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d",
  customer: "Grace Hopper",
  items: [
    { sku: "A-1906", quantity: 2, price: 12.5 },
    { sku: "B-1992", quantity: 1, price: 99 },
  ],
  note: "leave it at the door",
});

export const ECHO_RESPONSE: unknown = {
  ok: true,
  order: "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d",
  customer: "Grace Hopper",
  items: 2,
};
