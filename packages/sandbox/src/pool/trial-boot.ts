import type { Socket } from "node:net";
import { formatGuestRuntime, FrameReader, FrameWriter } from "@sluice/core";
import { FROM_CELL_BYTES_MAX, type CellOptions, FROM_CELL, TO_CELL } from "../cell-protocol.ts";
import type { Isolation } from "./isolation.ts";
import { spawnCell } from "./spawn-cell.ts";

/** Long: on a busy machine, to be impatient would mean to do without a layer that is there. */
const BOOT_MS = 60_000;
const OPTIONS: CellOptions = { maxIsolates: 1, idleMs: 1_000, parallelism: 1 };
const ADDRESS_SPACE_MB = 8_192;
/** The least that a cell takes for a guest runtime. */
const PRELUDE = formatGuestRuntime({ script: "(() => undefined)", parts: {} });

/** Starts a cell that will never have work. @returns whether it came up */
export async function bootsUnder(isolation: Isolation): Promise<boolean> {
  const child = spawnCell({ addressSpaceMb: ADDRESS_SPACE_MB, isolation, number: 0 });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = child.stdio[3] as Socket;
  const timer = setTimeout(() => resolve(false), BOOT_MS);
  const reader = new FrameReader(FROM_CELL_BYTES_MAX);
  child.once("error", () => resolve(false));
  child.once("exit", () => resolve(false));
  socket.on("error", () => resolve(false));
  socket.on("data", (chunk: Buffer) => reader.push(chunk, ({ type }) => resolve(type === FROM_CELL.ready)));
  const writer = new FrameWriter({ write: (bytes) => socket.write(bytes), schedule: process.nextTick });
  writer.send(TO_CELL.hello, 0, JSON.stringify(OPTIONS), PRELUDE);
  const booted = await promise;
  clearTimeout(timer);
  child.kill("SIGKILL");
  return booted;
}
