import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedRedis, ensureRedisServer, startEmbeddedRedis } from "@sluice/launcher";
import { NetworkPool } from "../sandbox/network-pool.ts";
import { valueOf } from "../sandbox/trial-pool.ts";
import { type Certificate, makeCertificate } from "../support/certificate.ts";
import { Postgres } from "../support/postgres.ts";
import { bundleSource } from "./bundle.ts";
import { describePackage } from "./package-trial.ts";

let pool: NetworkPool;

beforeAll(async () => {
  pool = await NetworkPool.start();
});
afterAll(() => pool.stop());

describePackage("pg", () => {
  let postgres: Postgres;
  let certificate: Certificate;
  let url: string;

  beforeAll(async () => {
    certificate = makeCertificate();
    postgres = await Postgres.start(certificate);
    url = `postgres://${postgres.user}:${encodeURIComponent(postgres.password)}@localhost:${postgres.port}/postgres`;
  }, 240_000);
  afterAll(() => postgres.stop());

  test("queries, parameters, transactions and errors, on a connection that the next invocation finds open", async () => {
    const code = await bundleSource(`
      import pg from "pg";
      let pool;
      export const handler = async (url) => {
        pool ??= new pg.Pool({ connectionString: url, max: 1 });
        const client = await pool.connect();
        try {
          const { rows: [{ pid }] } = await client.query("select pg_backend_pid() as pid");
          await client.query("create temporary table if not exists kept (id int primary key, name text, at timestamptz, data jsonb, raw bytea)");
          await client.query("begin");
          const { rows: [{ next }] } = await client.query("select count(*)::int + 1 as next from kept");
          await client.query("insert into kept values ($1, $2, $3, $4, $5)", [next, "näme", new Date(0), { a: [1] }, Buffer.from([0, 255])]);
          await client.query("commit");
          const { rows } = await client.query({ name: "all", text: "select * from kept order by id" });
          const failure = await client.query("insert into kept (id) values (1)").catch((error) => [error.code, error.constraint]);
          const { rowCount } = await client.query("select repeat('x', 1000) from generate_series(1, 3000)");
          return { pid, rows: rows.map((row) => [row.id, row.name, row.at.getTime(), row.data, [...row.raw]]), failure, rowCount };
        } finally { client.release(); }
      };`);
    const version = pool.define({ code, timeoutMs: 20_000 });
    const row = (id: number): unknown => [id, "näme", 0, { a: [1] }, [0, 255]];
    const first = valueOf(await pool.run(version, url)) as { pid: number };
    expect(first).toMatchObject({ rows: [row(1)], failure: ["23505", "kept_pkey"], rowCount: 3000 });
    const second = valueOf(await pool.run(version, url));
    // The same server process, with the temporary table of the first invocation.
    expect(second).toMatchObject({ pid: first.pid, rows: [row(1), row(2)] });
  }, 180_000);

  test("TLS begins in the middle of the connection, and a certificate is checked", async () => {
    const code = await bundleSource(`
      import pg from "pg";
      export const handler = async ({ url, ssl }) => {
        const client = new pg.Client({ connectionString: url, ssl });
        try {
          await client.connect();
          const { rows } = await client.query("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()");
          await client.end();
          return rows;
        } catch (error) { return error.code; }
      };`);
    const version = pool.define({ code, timeoutMs: 20_000 });
    const connect = async (ssl: object): Promise<unknown> => valueOf(await pool.run(version, { url, ssl }));
    expect(await connect({ ca: certificate.cert })).toEqual([{ ssl: true, version: "TLSv1.3" }]);
    expect(await connect({ rejectUnauthorized: false })).toEqual([{ ssl: true, version: "TLSv1.3" }]);
    expect(await connect({})).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  }, 180_000);
});

describePackage("ioredis", () => {
  let redis: EmbeddedRedis;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-redis-"));
    const binary = await ensureRedisServer({ env: process.env, install: true, note: () => undefined });
    redis = await startEmbeddedRedis({ dataDir: folder, binary, port: 0 });
  }, 180_000);
  afterAll(async () => {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("commands, pipelines and subscriptions, on a connection that the next invocation finds open", async () => {
    const code = await bundleSource(`
      import Redis from "ioredis";
      let redis, subscriber;
      export const handler = async (url) => {
        redis ??= new Redis(url, { maxRetriesPerRequest: 1 });
        const id = await redis.client("ID");
        await redis.set("k", "wért", "EX", 60);
        const replies = await redis.pipeline().incr("n").get("k").exec();
        const failure = await redis.lpush("k", "x").catch((error) => error.name);
        subscriber ??= redis.duplicate();
        await subscriber.subscribe("news");
        const message = new Promise((resolve) => subscriber.once("message", (channel, text) => resolve([channel, text])));
        await redis.publish("news", "hello");
        const buffer = await redis.setBuffer("b", Buffer.from([0, 1, 255])).then(() => redis.getBuffer("b"));
        return { id, replies, failure, message: await message, bytes: [...buffer] };
      };`);
    const version = pool.define({ code, timeoutMs: 20_000 });
    const first = valueOf(await pool.run(version, redis.url)) as { id: number };
    const rest = { failure: "ReplyError", message: ["news", "hello"], bytes: [0, 1, 255] };
    expect(first).toMatchObject({
      ...rest,
      replies: [
        [null, 1],
        [null, "wért"],
      ],
    });
    const second = valueOf(await pool.run(version, redis.url));
    expect(second).toMatchObject({
      ...rest,
      id: first.id,
      replies: [
        [null, 2],
        [null, "wért"],
      ],
    });
  }, 180_000);
});
