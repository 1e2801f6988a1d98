import { DEFAULT_FUNCTION_CONFIG, HOST_CALLS, type InvocationEvent } from "@sluice/core";
import type { BrokerCall, VersionSpec, WireLogLine } from "@sluice/sandbox";
import { createMemoryStores } from "@sluice/store";
import { createBroker } from "./broker/broker.ts";
import { NetworkBroker } from "./broker/network-broker.ts";
import { EgressDenials } from "./egress-denials.ts";

const REF = { tenant: "default", name: "f" };

/** The worker's own broker with its denials, and what they came to. */
function trial(egress: { allow?: string[] } = {}) {
  const { keys, kv } = createMemoryStores({ now: () => 0 });
  const facts: InvocationEvent[] = [];
  const lines: WireLogLine[] = [];
  const denials = new EgressDenials({ journal: { fact: (fact) => void facts.push(fact) }, now: () => 7 });
  const network = new NetworkBroker({ keys, protectedEndpoints: ["10.0.0.9:6379"], now: () => 0 });
  const config = { ...DEFAULT_FUNCTION_CONFIG, egress: { allowPrivate: [], ...egress } };
  const code = { codeDigest: "", codeBytes: 0, sourceMapDigest: null, upload: null };
  const at = { version: "1", ...code, revisionId: "r-1", createdAt: 0 };
  const broker = createBroker({
    specs: { versionOf: () => ({ ...REF, ...at, config }) },
    kv,
    network,
    onError: () => undefined,
    onDenied: (...denied) => denials.note(...denied),
  });
  const environment = new AbortController().signal;
  const open = (url: string, exchange: number, invocationId = "i-1") => {
    const head = { exchange, url, method: "GET", headers: [], redirect: "follow", body: "whole", raw: false };
    const call = { op: HOST_CALLS["http.open"].op, text: JSON.stringify(head), bytes: new Uint8Array(0) };
    const rest = { version: {} as VersionSpec, invocationId, signal: new AbortController().signal, environment };
    return broker({ ...call, ...rest } satisfies BrokerCall);
  };
  return { denials, facts, lines, open, network };
}

test("a refusal is a line that names host and rule, and at the attempt's end one fact for each rule", async () => {
  const { denials, facts, lines, open } = trial({ allow: ["example.com"] });
  denials.begin("i-1", (more) => void lines.push(...more));
  for (let n = 1; n <= 3; n++) await open("http://10.1.2.3/", n);
  await open("http://10.0.0.9:6379/", 4);
  expect(await open("http://other.example/", 5)).toEqual({
    ok: false,
    name: "TypeError",
    message: expect.stringContaining("other.example:80 is not among"),
    code: "Egress.Denied",
  });
  expect(lines.map(([at, level, text]) => [at, level, text.slice(0, 46)])).toEqual([
    [7, "WARN", "egress denied (private): 10.1.2.3 is a private"],
    [7, "WARN", "egress denied (port): port 6379 is blocked; to"],
    [7, "WARN", "egress denied (not-listed): other.example:80 i"],
  ]);
  expect(facts).toEqual([]);
  denials.end("i-1", REF);
  const fact = { type: "egress-denied", at: 7, tenant: "default", function: "f" };
  expect(facts).toEqual([
    { ...fact, reason: "private", count: 3 },
    { ...fact, reason: "port", count: 1 },
    { ...fact, reason: "not-listed", count: 1 },
  ]);
});

test("one address after the other fills neither log nor facts", async () => {
  const { denials, facts, lines, open } = trial();
  denials.begin("i-1", (more) => void lines.push(...more));
  for (let n = 1; n <= 50; n++) await open(`http://10.0.0.${n}/`, n);
  denials.end("i-1", REF);
  expect(lines).toHaveLength(10);
  expect(facts).toMatchObject([{ reason: "private", count: 50 }]);
});

test("what a module tries while it loads counts once", async () => {
  const { facts, open } = trial();
  for (let n = 1; n <= 5; n++) await open("http://169.254.169.254/", n, "");
  expect(facts).toMatchObject([{ reason: "private", count: 1 }]);
});
