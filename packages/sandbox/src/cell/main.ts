import { Socket } from "node:net";
import { FrameReader, FrameWriter } from "@sluice/core";
import { TO_CELL_BYTES_MAX } from "../cell-protocol.ts";
import { Cell } from "./cell.ts";
import { createIsolateFactory } from "./isolate.ts";

/** Process entry of a cell: one socket to the parent on file descriptor 3, and nothing else. */
const PARENT_FD = 3;
const socket = new Socket({ fd: PARENT_FD, readable: true, writable: true });

/** `process.exit` can hang while an isolate is busy; a signal cannot. */
function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}

const writer = new FrameWriter({
  write: (bytes) => socket.write(bytes),
  schedule: (flush) => (cell.idle ? process.nextTick(flush) : setImmediate(flush)),
});
const cell = new Cell({
  send: (type, id, head, body) => writer.send(type, id, head, body),
  createFactory: createIsolateFactory,
  clock: () => performance.now(),
  now: () => Date.now(),
});

const reader = new FrameReader(TO_CELL_BYTES_MAX);
socket.on("data", (chunk) => {
  try {
    reader.push(chunk, (frame) => cell.receive(frame));
  } catch {
    die();
  }
});
socket.on("close", die);
socket.on("error", die);
