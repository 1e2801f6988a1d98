import {
  type Destination,
  type EventEnding,
  formatLineage,
  formatShardId,
  functionArn,
  type FunctionVersion,
  type Invocation,
  parseDestination,
  type Place,
  type StoredRecord,
} from "@sluice/core";
import type { Journal } from "@sluice/store";
import { chainAfter } from "../chains.ts";
import { DeliveryError } from "../destinations/delivery-error.ts";
import type { Outlets, Parcel } from "../destinations/outlet.ts";
import type { BatchAttempt } from "./batch-runner.ts";
import { streamArn } from "./event-records.ts";
import { backoffMs, pause } from "./pause.ts";
import type { StreamUnit } from "./source-units.ts";

export interface RecordFarewellOptions {
  readonly outlets: Outlets;
  readonly journal: Pick<Journal, "fact">;
  readonly place: Place;
  readonly now: () => number;
}

export interface GivenUp {
  readonly unit: StreamUnit;
  readonly records: readonly [StoredRecord, ...StoredRecord[]];
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  /** What is or would have been invoked. */
  readonly version: FunctionVersion;
  /** The last attempt; null: none ran. */
  readonly ran: BatchAttempt | null;
  readonly invokeCount: number;
}

const TRIES = 6;

/** Tells a mapping's destination of records that are given up: where they are in the stream, not what they hold. */
export class RecordFarewell {
  readonly #options: RecordFarewellOptions;

  constructor(options: RecordFarewellOptions) {
    this.#options = options;
  }

  /** Never rejects. @returns false when the signal aborted before the destination had an answer */
  async say(given: GivenUp, signal: AbortSignal): Promise<boolean> {
    const { onFailure } = given.unit.mapping.source;
    if (onFailure === null) return true;
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        await this.#send(onFailure, given);
        return true;
      } catch (error) {
        if (error instanceof DeliveryError && error.permanent) break;
        if (signal.aborted) return false;
        if (tries < TRIES - 1) await pause(backoffMs(tries, 1_000, 30_000), signal);
      }
    }
    const { tenant, function: name } = given.unit.mapping;
    const target = parseDestination(onFailure)?.kind ?? "unknown";
    const { journal, now } = this.#options;
    journal.fact({ at: now(), tenant, function: name, type: "destination-failed", role: "on-failure", target });
    return true;
  }

  async #send(arn: string, given: GivenUp): Promise<void> {
    const destination = parseDestination(arn);
    const outlet = destination === undefined ? undefined : this.#options.outlets[destination.kind];
    if (destination === undefined || outlet === undefined) {
      throw new DeliveryError("nothing can be sent there here", { permanent: true });
    }
    const { mapping, shard } = given.unit;
    const [first] = given.records;
    const body = JSON.stringify(this.#record(given));
    const invocation: Invocation = {
      id: given.ran?.invocationId ?? `${mapping.id}-${first.sequence}`,
      tenant: mapping.tenant,
      function: mapping.function,
      qualifier: mapping.qualifier,
      source: "stream",
      trigger: mapping.id,
      event: body,
      acceptedAt: first.arrivedAt,
    };
    // The table has for each kind the outlet that takes it, which its type cannot say of a kind that is not known.
    const send = outlet as (to: Destination, parcel: Parcel) => Promise<void>;
    await send(destination, {
      invocation,
      ending: this.#ending(given),
      id: `${mapping.id}-${shard}-${first.sequence}-${given.condition}`,
      version: given.version,
      chain: formatLineage(chainAfter(invocation)),
      body,
      attributes: {},
    });
  }

  #ending({ condition, invokeCount, ran }: GivenUp): EventEnding {
    return {
      at: this.#options.now(),
      condition: condition === "RecordAgeExceeded" ? "EventAgeExceeded" : "RetriesExhausted",
      invokeCount,
      response: null,
      error: ran?.error ?? null,
      pending: [],
      tries: 0,
    };
  }

  /** Lambda's form. */
  #record({ unit, records, condition, ran, invokeCount }: GivenUp): object {
    const { mapping, shard } = unit;
    const { place, now } = this.#options;
    const [first] = records;
    const last = records.at(-1) ?? first;
    return {
      requestContext: {
        requestId: ran?.invocationId ?? "",
        functionArn: functionArn(place, mapping.function, mapping.qualifier),
        condition,
        approximateInvokeCount: invokeCount,
      },
      ...(ran === null
        ? {}
        : {
            responseContext: {
              statusCode: 200,
              executedVersion: ran.version.version,
              functionError: ran.error === null ? null : "Unhandled",
            },
          }),
      version: "1.0",
      timestamp: new Date(now()).toISOString(),
      KinesisBatchInfo: {
        shardId: formatShardId(shard),
        startSequenceNumber: first.sequence,
        endSequenceNumber: last.sequence,
        approximateArrivalOfFirstRecord: new Date(first.arrivedAt).toISOString(),
        approximateArrivalOfLastRecord: new Date(last.arrivedAt).toISOString(),
        batchSize: records.length,
        streamArn: streamArn(place, mapping.source.name),
      },
    };
  }
}
