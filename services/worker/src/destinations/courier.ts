import {
  type EndingTarget,
  type EventEnding,
  formatLineage,
  type FunctionVersion,
  type Invocation,
  parseDestination,
  type Place,
} from "@sluice/core";
import { chainAfter } from "../chains.ts";
import { DeliveryError } from "./delivery-error.ts";
import { toDestinationRecord } from "./destination-record.ts";
import type { Outlets, Parcel, ParcelAttribute } from "./outlet.ts";

export interface CourierOptions {
  readonly outlets: Outlets;
  readonly place: Place;
}

/** A target that was not told. */
export interface Undelivered {
  readonly target: EndingTarget;
  readonly reason: string;
  readonly permanent: boolean;
}

const ERROR_MESSAGE_BYTES = 1_024;

/** Tells the targets of an ended event. */
export class Courier {
  readonly #options: CourierOptions;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Never rejects. @returns those of the pending targets that were not told */
  async deliver(invocation: Invocation, ending: EventEnding, version: FunctionVersion): Promise<Undelivered[]> {
    const outcomes = await Promise.all(
      ending.pending.map(async (target) => {
        try {
          await this.#send(target, this.#pack(target, { invocation, ending, version }));
          return [];
        } catch (error) {
          return [toUndelivered(target, error)];
        }
      }),
    );
    return outcomes.flat();
  }

  #pack(
    { role }: EndingTarget,
    contents: { readonly invocation: Invocation; readonly ending: EventEnding; readonly version: FunctionVersion },
  ): Parcel {
    const { invocation, ending } = contents;
    const isRecord = role === "destination";
    return {
      ...contents,
      // A redriven event is accepted anew, and so is what follows from it.
      id: `${invocation.id}-${invocation.acceptedAt}-${role}-${ending.condition}`,
      chain: formatLineage(chainAfter(invocation)),
      body: isRecord ? toDestinationRecord({ place: this.#options.place, invocation, ending }) : invocation.event,
      attributes: isRecord ? {} : attributesOf(invocation, ending),
    };
  }

  async #send({ role, arn }: EndingTarget, parcel: Parcel): Promise<void> {
    const { outlets } = this.#options;
    const destination = parseDestination(arn);
    if (destination === undefined) throw notTaken(`'${arn.slice(0, 200)}' is not the name of a destination`);
    if (role === "dead-letter" && destination.kind !== "queue") throw notTaken("a dead-letter target is a queue");
    if (destination.kind === "bucket" && parcel.ending.condition === "Success") {
      throw notTaken("a bucket takes records of failures only");
    }
    const outlet = outlets[destination.kind] as ((to: typeof destination, parcel: Parcel) => Promise<void>) | undefined;
    if (outlet === undefined) throw notTaken(`no ${destination.kind} can be sent to here`);
    await outlet(destination, parcel);
  }
}

function notTaken(message: string): DeliveryError {
  return new DeliveryError(message, { permanent: true });
}

function toUndelivered(target: EndingTarget, error: unknown): Undelivered {
  const reason = error instanceof Error ? error.message : String(error);
  return { target, reason, permanent: error instanceof DeliveryError && error.permanent };
}

/** As Lambda has them on a message of a dead-letter queue. */
function attributesOf(invocation: Invocation, { error }: EventEnding): Readonly<Record<string, ParcelAttribute>> {
  return {
    RequestID: { dataType: "String", value: invocation.id },
    ErrorCode: { dataType: "Number", value: "200" },
    ErrorMessage: { dataType: "String", value: cut(error?.errorMessage || error?.errorType || "Unknown") },
  };
}

/** Queues take neither an empty attribute nor control characters in one. */
function cut(text: string): string {
  const bytes = Buffer.from(text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, " "));
  // A character that the cut goes through becomes one of replacement, which is left out.
  return new TextDecoder().decode(bytes.subarray(0, ERROR_MESSAGE_BYTES)).replace(/\uFFFD+$/, "");
}
