import { type Answer, LocalService } from "./local-service.ts";
import { describePackage, PackageTrial } from "./package-trial.ts";

let packages: PackageTrial;
const services: LocalService[] = [];

beforeAll(async () => {
  packages = await PackageTrial.start();
});
afterEach(() => Promise.all(services.splice(0).map((service) => service.stop())));
afterAll(() => packages.stop());

async function serve(answer: Answer): Promise<LocalService> {
  const service = await LocalService.start(answer);
  services.push(service);
  return service;
}

describePackage("stripe", () => {
  test("makes requests, tells errors of cards from others, and checks signatures of webhooks", async () => {
    const service = await serve(({ path, body }, response) => {
      if (path === "/v1/customers")
        return { id: "cus_1", object: "customer", email: new URLSearchParams(body).get("email") };
      response.statusCode = 402;
      return { error: { type: "card_error", code: "card_declined", message: "Your card was declined." } };
    });
    const source = `
      import Stripe from "stripe";
      export const handler = async ({ port }) => {
        const stripe = new Stripe("sk_test_1", { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 });
        const customer = await stripe.customers.create({ email: "a@b.ch", metadata: { order: "7" } }, { idempotencyKey: "key-1" });
        const declined = await stripe.paymentIntents.create({ amount: 500, currency: "chf" }).catch((error) => [error.type, error.code, error.statusCode]);
        const payload = JSON.stringify({ id: "evt_1", object: "event" });
        const header = stripe.webhooks.generateTestHeaderString({ payload, secret: "whsec_1" });
        let forged;
        try { stripe.webhooks.constructEvent(payload + " ", header, "whsec_1"); } catch (error) { forged = error.type; }
        return { customer: customer.email, declined, event: stripe.webhooks.constructEvent(payload, header, "whsec_1").id, forged };
      };`;
    expect(await packages.run(source, { port: service.port })).toEqual({
      customer: "a@b.ch",
      declined: ["StripeCardError", "card_declined", 402],
      event: "evt_1",
      forged: "StripeSignatureVerificationError",
    });
    expect(service.seen).toMatchObject([
      {
        method: "POST",
        path: "/v1/customers",
        headers: { authorization: "Bearer sk_test_1", "idempotency-key": "key-1" },
        body: "email=a%40b.ch&metadata[order]=7",
      },
      { method: "POST", path: "/v1/payment_intents", body: "amount=500&currency=chf" },
    ]);
  });
});

describePackage("openai", () => {
  const piece = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

  test("answers at once, streamed piece by piece, and with an error of its class", async () => {
    const service = await serve(({ body }, response) => {
      const { model, stream } = JSON.parse(body) as { model: string; stream?: boolean };
      if (model === "busy") {
        response.statusCode = 429;
        return { error: { message: "Slow down", type: "rate_limit", code: "rate_limit_exceeded" } };
      }
      if (stream !== true) return { choices: [{ index: 0, message: { role: "assistant", content: "Hello" } }] };
      response.setHeader("content-type", "text/event-stream");
      response.write(piece("Grü"));
      response.write(piece("ezi"));
      response.end("data: [DONE]\n\n");
      return undefined;
    });
    const source = `
      import OpenAI from "openai";
      export const handler = async ({ url }) => {
        const client = new OpenAI({ apiKey: "sk-1", baseURL: url + "/v1", maxRetries: 0 });
        const messages = [{ role: "user", content: "hi" }];
        const whole = await client.chat.completions.create({ model: "m", messages });
        const pieces = [];
        for await (const part of await client.chat.completions.create({ model: "m", messages, stream: true })) pieces.push(part.choices[0].delta.content);
        const busy = await client.chat.completions.create({ model: "busy", messages }).catch((error) => [error instanceof OpenAI.RateLimitError, error.status, error.code]);
        return { whole: whole.choices[0].message.content, pieces, busy };
      };`;
    expect(await packages.run(source, { url: service.url })).toEqual({
      whole: "Hello",
      pieces: ["Grü", "ezi"],
      busy: [true, 429, "rate_limit_exceeded"],
    });
    expect(service.seen[0]).toMatchObject({
      method: "POST",
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer sk-1", "content-type": "application/json" },
    });
  });
});

describePackage("@octokit/rest", () => {
  test("makes issues, follows pages, and names the status of an error", async () => {
    const service = await serve(({ method, path, query }, response) => {
      if (path.startsWith("/repos/o/gone")) {
        response.statusCode = 404;
        return { message: "Not Found" };
      }
      if (method === "POST") {
        response.statusCode = 201;
        return { number: 5 };
      }
      const page = Number(query["page"] ?? "1");
      if (page < 3) response.setHeader("link", `<${service.url}${path}?per_page=1&page=${page + 1}>; rel="next"`);
      return [{ number: page }];
    });
    const source = `
      import { Octokit } from "@octokit/rest";
      export const handler = async ({ url }) => {
        const octokit = new Octokit({ auth: "ghp_1", baseUrl: url, log: { debug() {}, info() {}, warn() {}, error() {} } });
        const made = await octokit.rest.issues.create({ owner: "o", repo: "r", title: "It breaks" });
        const all = await octokit.paginate(octokit.rest.issues.listForRepo, { owner: "o", repo: "r", per_page: 1 });
        const gone = await octokit.rest.repos.get({ owner: "o", repo: "gone" }).catch((error) => [error.name, error.status]);
        return { made: made.data.number, all: all.map(({ number }) => number), gone };
      };`;
    expect(await packages.run(source, { url: service.url })).toEqual({
      made: 5,
      all: [1, 2, 3],
      gone: ["HttpError", 404],
    });
    expect(service.seen[0]).toMatchObject({
      method: "POST",
      path: "/repos/o/r/issues",
      headers: { authorization: "token ghp_1", accept: "application/vnd.github.v3+json" },
      body: '{"title":"It breaks"}',
    });
  });
});

describePackage("@slack/web-api", () => {
  test("posts a message, and throws what the platform says is wrong", async () => {
    const service = await serve(({ body }) =>
      new URLSearchParams(body).get("channel") === "C1"
        ? { ok: true, ts: "1.2" }
        : { ok: false, error: "channel_not_found" },
    );
    const source = `
      import { WebClient } from "@slack/web-api";
      export const handler = async ({ url }) => {
        const slack = new WebClient("xoxb-1", { slackApiUrl: url + "/api/", retryConfig: { retries: 0 } });
        const posted = await slack.chat.postMessage({ channel: "C1", text: "hi", blocks: [{ type: "divider" }] });
        const lost = await slack.chat.postMessage({ channel: "C2", text: "hi" }).catch((error) => [error.code, error.data.error]);
        return { posted: posted.ts, lost };
      };`;
    expect(await packages.run(source, { url: service.url })).toEqual({
      posted: "1.2",
      lost: ["slack_webapi_platform_error", "channel_not_found"],
    });
    const [first] = service.seen;
    expect(first).toMatchObject({
      method: "POST",
      path: "/api/chat.postMessage",
      headers: { authorization: "Bearer xoxb-1" },
    });
    expect(Object.fromEntries(new URLSearchParams(first?.body))).toMatchObject({
      channel: "C1",
      text: "hi",
      blocks: '[{"type":"divider"}]',
    });
  });
});
