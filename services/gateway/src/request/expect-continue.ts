import type { IncomingMessage, RequestListener } from "node:http";

/** Requests whose sender waits for a word before it sends the body, with what gives that word. */
const waiting = new WeakMap<IncomingMessage, () => void>();

/**
 * For senders that ask first (`Expect: 100-continue`): they are asked for the body when somebody wants to read it. What
 * the head alone shows to be too large, forbidden or for nobody is answered before, and no body is sent for nothing.
 */
export function withContinue(listener: RequestListener): RequestListener {
  return (request, response) => {
    const { shouldKeepAlive } = response;
    // Who was answered instead may send the body all the same, or not: what comes next could be either.
    response.shouldKeepAlive = false;
    waiting.set(request, () => {
      response.shouldKeepAlive = shouldKeepAlive;
      response.writeContinue();
    });
    listener(request, response);
  };
}

/** Says that the body may come, to a sender that waits for it. */
export function askForBody(request: IncomingMessage): void {
  const ask = waiting.get(request);
  waiting.delete(request);
  ask?.();
}
