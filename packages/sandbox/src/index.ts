export type { Definition, WireLogLine } from "./cell-protocol.ts";
export { CellPool } from "./pool/cell-pool.ts";
export type { CellPoolOptions } from "./pool/cell-pool-options.ts";
export { detectIsolation } from "./pool/detect-isolation.ts";
export { describeIsolation, isContained, type Isolation, isolationLayers, NO_ISOLATION } from "./pool/isolation.ts";
export type { ProvisionReport, ProvisionTarget } from "./pool/provisions.ts";
export type { Broker, BrokerCall, BrokerReply, CellRestart, RunRequest, RunResult, VersionSpec } from "./pool/run.ts";
