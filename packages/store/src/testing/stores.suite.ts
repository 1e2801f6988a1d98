import { accessKeysContract } from "./access-keys.suite.ts";
import { artifactsContract } from "./artifacts.suite.ts";
import { checkpointsContract } from "./checkpoints.suite.ts";
import type { CreateStores } from "./contract.ts";
import { cronLedgerContract } from "./cron-ledger.suite.ts";
import { factsContract } from "./facts.suite.ts";
import { kvContract } from "./kv.suite.ts";
import { logsContract } from "./logs.suite.ts";
import { documentsContract } from "./documents.suite.ts";
import { registryChangeContract } from "./registry-change.suite.ts";
import { registryUrlContract } from "./registry-url.suite.ts";
import { messageQueuesContract } from "./message-queues.suite.ts";
import { recordStreamsContract } from "./record-streams.suite.ts";
import { registryContract } from "./registry.suite.ts";
import { slotsContract } from "./slots.suite.ts";
import { sourceLeasesContract } from "./source-leases.suite.ts";
import { workersContract } from "./workers.suite.ts";

/** The contracts of every port. */
export function storesContract(create: CreateStores): void {
  documentsContract(create);
  registryContract(create);
  registryChangeContract(create);
  registryUrlContract(create);
  artifactsContract(create);
  accessKeysContract(create);
  kvContract(create);
  logsContract(create);
  factsContract(create);
  checkpointsContract(create);
  workersContract(create);
  slotsContract(create);
  cronLedgerContract(create);
  messageQueuesContract(create);
  recordStreamsContract(create);
  sourceLeasesContract(create);
}
