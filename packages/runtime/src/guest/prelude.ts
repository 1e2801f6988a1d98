import { DISPATCH } from "@sluice/core";
import { failCall, replyToCall } from "./bridge/async-calls.ts";
import { type Call, connectHost, type Send } from "./bridge/host.ts";
import { installGlobals } from "./globals.ts";
import { probeIdle } from "./lambda/idle.ts";
import { type Factory, loadFunction } from "./lambda/load.ts";
import { abandon, openMailbox, post, serve } from "./lambda/mailbox.ts";
import { swapFrame } from "./node/async/async-context.ts";
import { beginTickTurn, endTickTurn } from "./node/tick-queue.ts";
import { beginTimerTurn, fireTimer } from "./timers/timer-table.ts";

/** The host's way in; never throws. What `a` and `b` hold is told beside DISPATCH in @sluice/core. */
export type Dispatch = (kind: number, id: number, a?: unknown, b?: unknown, ...more: unknown[]) => void;

/**
 * Turns a bare isolate into a place for a handler. Rules of the whole prelude:
 *
 * 1. `send`, `call` and `claims` stay in module variables of `bridge/host.ts` and `lambda/mailbox.ts`. No object, array
 *    or closure that user code can come by refers to them.
 * 2. Glue uses `primordials.ts` only. What users see as an API may use what they replaced; it hurts none but them.
 * 3. Everything user code throws becomes text in here. Nothing of the user's crosses to the host but strings and bytes.
 * 4. What a handler may never use is loaded at its first use (`lazy.ts`): evaluation is part of every cold start.
 */
export function boot(send: Send, call: Call, claims: Int32Array<SharedArrayBuffer>): Dispatch {
  connectHost(send, call);
  openMailbox(claims);
  installGlobals();
  return (kind, id, a, b, ...more) => {
    try {
      beginTimerTurn();
      beginTickTurn();
      swapFrame(undefined);
      turn(kind, id, a, b);
      for (let at = 0; at < more.length; at += 3) turn(kind, more[at] as number, more[at + 1], more[at + 2]);
    } catch {
      // Only a stack that user code has used up, or a host function that failed, comes here: there is nobody to tell.
    }
    try {
      endTickTurn();
      probeIdle();
    } catch {
      // The same.
    }
  };
}

function turn(kind: number, id: number, a: unknown, b: unknown): void {
  switch (kind) {
    case DISPATCH.invoke:
      post(id, a as string, b as string);
      break;
    case DISPATCH.reply:
      replyToCall(id, a as string, b as ArrayBuffer | undefined);
      break;
    case DISPATCH.fail:
      failCall(id, a as string);
      break;
    case DISPATCH.timer:
      fireTimer(id);
      break;
    case DISPATCH.abandon:
      abandon(id);
      break;
    case DISPATCH.load:
      loadFunction(a as Factory | ArrayBuffer, b as string, serve);
      break;
  }
}
