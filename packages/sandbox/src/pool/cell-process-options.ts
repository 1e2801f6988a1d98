import type { ChildProcess } from "node:child_process";
import type { CellOptions } from "../cell-protocol.ts";
import type { CellEvents } from "./cell-events.ts";
import type { Isolation } from "./isolation.ts";
import type { Broker } from "./run.ts";
import type { CellSpawn } from "./spawn-cell.ts";

export interface CellProcessOptions {
  readonly prelude: string;
  readonly cell: CellOptions;
  readonly limits: { readonly addressSpaceMb: number; readonly rssMb: number };
  readonly isolation: Isolation;
  /** How many cells this worker had before. */
  readonly number: number;
  readonly broker: Broker;
  readonly events: CellEvents;
  readonly now: () => number;
  /** Starts the process; a test may have one of its own. */
  readonly spawn?: (cell: CellSpawn) => ChildProcess;
}
