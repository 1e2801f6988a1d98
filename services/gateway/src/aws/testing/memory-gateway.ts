import { createMemoryQueue } from "@sluice/queue";
import { createMemoryStores, type Stores } from "@sluice/store";
import { closeServer, createLogger, listen } from "@sluice/process";
import { accessKey, SECRET } from "../../auth/sigv4/testing/signed-request.ts";
import { readConfig } from "../../config.ts";
import { Gateway } from "../../gateway.ts";

export interface MemoryGateway {
  /** `host:port` */
  readonly host: string;
  readonly endpoint: string;
  readonly stores: Stores;
  stop(): Promise<void>;
}

/** A whole gateway on a free port, on the in-memory twins. A key that may do everything is known: `clientOptions`. */
export async function startMemoryGateway(): Promise<MemoryGateway> {
  const now = Date.now;
  const stores = createMemoryStores({ now });
  const queue = createMemoryQueue({ now });
  const config = readConfig({ REDIS_URL: "redis://127.0.0.1:1" });
  const logger = createLogger({ service: "gateway", level: "silent" });
  const linkSecret = new Uint8Array(32);
  const ready = async (): Promise<void> => undefined;
  const gateway = new Gateway({ config, stores, queue, logger, ready, linkSecret, now });
  await stores.keys.putTenant({ name: "default", privateEgress: [] });
  await stores.keys.putKey(accessKey(), SECRET);
  const { address } = await listen(gateway.server, { host: "127.0.0.1", port: 0, setting: "port" });
  return {
    host: address,
    endpoint: `http://${address}`,
    stores,
    stop: async () => {
      gateway.endSessions();
      await closeServer(gateway.server, AbortSignal.timeout(1_000));
      await gateway.journal.flush();
      await queue.stop();
      await stores.stop();
    },
  };
}

/** Settings of a client of AWS for this gateway. */
export function clientOptions({ endpoint }: MemoryGateway, accessKeyId = accessKey().accessKeyId) {
  const credentials = { accessKeyId, secretAccessKey: SECRET };
  return { region: "us-east-1", endpoint, credentials, maxAttempts: 1 };
}
