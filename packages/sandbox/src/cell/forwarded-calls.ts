import { HOST_CALLS, type HostCallFailure, SANDBOX_ERROR_TYPES } from "@sluice/core";
import { FROM_CELL, HOST_CALLS_OPEN_MAX, type HostCallHead } from "../cell-protocol.ts";
import type { CellDependencies } from "./cell.ts";
import type { Environment } from "./environment.ts";
import type { HostCallRequest } from "./environment-sink.ts";

const PARENT_CALLS: ReadonlyMap<number, number> = new Map(
  Object.values(HOST_CALLS).flatMap((entry) => (entry.place === "parent" ? [[entry.op, entry.maxArgBytes]] : [])),
);

/** Host calls of a cell's guests that its parent answers. */
export class ForwardedCalls {
  readonly #send: CellDependencies["send"];
  readonly #calls = new Map<number, { readonly environment: Environment; readonly guestId: number }>();
  readonly #callers = new Map<Environment, { readonly id: number; open: number }>();
  #callId = 0;
  #environmentId = 0;

  constructor(send: CellDependencies["send"]) {
    this.#send = send;
  }

  forward(environment: Environment, definition: number, request: HostCallRequest): void {
    const { call, id, op, text, bytes } = request;
    const maxBytes = PARENT_CALLS.get(op);
    const textBytes = Buffer.byteLength(text);
    const size = textBytes + (bytes?.byteLength ?? 0);
    const caller = this.#callerOf(environment);
    if (maxBytes === undefined || size > maxBytes || caller.open >= HOST_CALLS_OPEN_MAX) {
      const message = maxBytes === undefined ? "Unknown host call" : "Too much data, or too many calls at once";
      const failure: HostCallFailure = { name: "RangeError", message, code: SANDBOX_ERROR_TYPES.notSerializable };
      return environment.fail(id, JSON.stringify(failure));
    }
    const wireId = (this.#callId = (this.#callId + 1) >>> 0);
    this.#calls.set(wireId, { environment, guestId: id });
    caller.open += 1;
    const head: HostCallHead = { op, definition, environment: caller.id, call, textBytes };
    const body = bytes === undefined ? text : Buffer.concat([Buffer.from(text), new Uint8Array(bytes)]);
    this.#send(FROM_CELL.hostCall, wireId, JSON.stringify(head), body);
  }

  answer(wireId: number, deliver: (environment: Environment, guestId: number) => void): void {
    const entry = this.#calls.get(wireId);
    if (entry === undefined) return;
    this.#calls.delete(wireId);
    const caller = this.#callers.get(entry.environment);
    if (caller !== undefined) caller.open -= 1;
    deliver(entry.environment, entry.guestId);
  }

  /** The parent closes what the isolate held open. Answers still under way to it are dropped. */
  forget(environment: Environment): void {
    const caller = this.#callers.get(environment);
    if (caller === undefined) return;
    this.#callers.delete(environment);
    for (const [wireId, entry] of this.#calls) if (entry.environment === environment) this.#calls.delete(wireId);
    this.#send(FROM_CELL.gone, caller.id, "");
  }

  #callerOf(environment: Environment): { readonly id: number; open: number } {
    const known = this.#callers.get(environment);
    if (known !== undefined) return known;
    const caller = { id: ++this.#environmentId, open: 0 };
    this.#callers.set(environment, caller);
    return caller;
  }
}
