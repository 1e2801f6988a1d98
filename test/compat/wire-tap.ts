import { Readable } from "node:stream";
import type { LambdaClient } from "@aws-sdk/client-lambda";

/** An answer as it came over the wire, before an SDK took from it what it knows. */
export interface WireAnswer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  body: Readable;
}

/** Keeps the last answer that a client of the SDK got. */
export class WireTap {
  #last: WireAnswer | undefined;

  constructor(client: LambdaClient) {
    const listen = (next: (args: never) => Promise<{ response: unknown }>) => async (args: never) => {
      const result = await next(args);
      await this.#keep(result.response as HttpAnswer);
      return result;
    };
    // A middleware for every step and operation; the SDK's types know of one at a time.
    client.middlewareStack.add(listen as never, {
      step: "deserialize",
      priority: "low",
      name: "wireTap",
    });
  }

  get last(): WireAnswer {
    if (this.#last === undefined) throw new Error("nothing was answered yet");
    return this.#last;
  }

  async #keep(response: HttpAnswer): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    response.body = Readable.from(chunks);
    const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    this.#last = { status: response.statusCode, headers: Object.fromEntries(headers), body };
  }
}
