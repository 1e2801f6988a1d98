import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { FunctionRef, InvocationQueue, Place } from "@sluice/core";
import type { Logger } from "@sluice/process";
import { FunctionCache, Journal, type Stores } from "@sluice/store";
import { SignatureVerifier } from "./auth/sigv4/verifier.ts";
import { AwsAccess } from "./aws/aws-access.ts";
import { createAwsEndpoint } from "./aws/create-aws-endpoint.ts";
import { UrlAccess } from "./aws/url-access.ts";
import { createHttpServer, createRequestListener } from "./app.ts";
import type { GatewayConfig } from "./config.ts";
import { WorkerLinks } from "./direct-lane/worker-links.ts";
import { Lanes } from "./lanes.ts";
import { acceptHttp2 } from "./request/http2.ts";
import { CronSource } from "./sources/cron.ts";
import { TriggerCache } from "./trigger-cache.ts";

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly stores: Stores;
  readonly queue: InvocationQueue;
  readonly logger: Logger;
  /** Signs links to code; the same in every gateway. */
  readonly linkSecret: Uint8Array;
  /** Rejects when Redis does not answer. */
  readonly ready: () => Promise<void>;
  readonly now: () => number;
}

/** The parts of a gateway, joined. Nothing listens or ticks yet. */
export class Gateway {
  readonly journal: Journal;
  readonly links: WorkerLinks;
  readonly cron: CronSource;
  readonly server: Server;
  /** Lets sessions of HTTP/2 end once their requests have; before the server is closed. */
  readonly endSessions: () => void;
  readonly functions: FunctionCache;
  readonly #triggers: TriggerCache;

  constructor(options: GatewayOptions) {
    const { config, stores, queue, logger, now } = options;
    const { registry, artifacts, logs, keys, workers, facts } = stores;
    const newId = randomUUID;
    const place: Place = { region: config.region, accountId: config.accountId };
    const onError = (error: unknown): void => logger.warn({ err: error }, "a background step failed");
    const onLoss = (lost: number, error: unknown): void => {
      logger.warn({ lost, err: error }, "facts were lost: Redis did not take them");
    };
    this.journal = new Journal({ facts, logs, onLoss });
    this.links = new WorkerLinks({ workers, onError });
    const invoker = new Lanes({ links: this.links, queue, journal: this.journal, now });
    this.#triggers = new TriggerCache({ registry, now });
    this.functions = new FunctionCache({ registry, now });
    this.cron = new CronSource({ registry, ledger: stores.cron, invoker, place, now, newId, onError });
    const reportError = (err: unknown, errorId: string): void => logger.error({ err, errorId }, "unexpected error");
    const verifier = new SignatureVerifier({ keys, region: place.region, now });
    const access = new AwsAccess({ verifier, functions: this.functions, place });
    const signedUrls = new UrlAccess({ access, place });
    const { trustedProxies } = config;
    const listener = createRequestListener({
      sources: { triggers: this.#triggers, invoker, now, newId, trustedProxies, signedUrls },
      api: { registry, artifacts, logs, keys, workers, queue, invoker, now, newId, place, reportError },
      aws: createAwsEndpoint({ ...options, access, functions: this.functions, invoker, place, newId, reportError }),
      ready: options.ready,
    });
    this.server = createHttpServer(listener);
    this.endSessions = acceptHttp2(this.server, listener);
  }

  /** Some function or trigger changed. */
  changed(ref: FunctionRef | undefined): void {
    this.functions.forget(ref);
    this.#triggers.forgetAll();
    this.cron.changed();
  }
}
