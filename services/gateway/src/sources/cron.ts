import { randomUUID } from "node:crypto";
import {
  type BoundTrigger,
  type CronLedger,
  type CronTrigger,
  LATEST,
  nextSlot,
  parseSchedule,
  type Place,
  type Registry,
  type Schedule,
  slotsBetween,
} from "@sluice/core";
import type { Invoker } from "../invoker.ts";

export interface CronOptions {
  readonly registry: Registry;
  readonly ledger: CronLedger;
  readonly invoker: Invoker;
  readonly place: Place;
  readonly now: () => number;
  readonly newId: () => string;
  readonly onError: (error: unknown) => void;
}

const TICK_MS = 200;
const REFRESH_MS = 5_000;
/** A slot older than this when it is looked at was missed; a younger one is merely late. */
const LATE_MS = 30_000;
/** Missed slots that a policy of `all` makes up for at once; the rest follow at the next tick. */
const BATCH = 100;

interface Watched {
  readonly bound: BoundTrigger<CronTrigger>;
  readonly schedule: Schedule;
  /** Last slot that is done with; everything after it is still to come. */
  cursor: number;
  due: number | null;
}

/**
 * Queues an event for every slot of every cron trigger.
 *
 *   C1 Every gateway runs this; a slot is one event all the same, because its idempotency key is trigger and slot.
 *   C2 A slot is marked done in the ledger after its event is queued, so a crash in between queues it again: see C1.
 *   C3 What the ledger has not marked is made up for after a stop, by the trigger's policy.
 */
export class CronSource {
  readonly #options: CronOptions;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #refreshAt = 0;

  constructor(options: CronOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.tick(), TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#ticking;
  }

  /** The next tick reads the triggers anew. */
  changed(): void {
    this.#refreshAt = 0;
  }

  /** Queues what is due now; coalesced. */
  tick(): Promise<void> {
    this.#ticking ??= this.#run().finally(() => {
      this.#ticking = undefined;
    });
    return this.#ticking;
  }

  async #run(): Promise<void> {
    const { now, onError } = this.#options;
    try {
      if (now() >= this.#refreshAt) await this.#refresh();
      for (const watched of this.#watched.values()) {
        if (watched.due !== null && watched.due <= now()) await this.#fire(watched);
      }
    } catch (error) {
      // Nothing is marked done that was not queued: the next tick tries again.
      onError(error);
    }
  }

  async #refresh(): Promise<void> {
    const { registry, ledger, now } = this.#options;
    const bounds = await registry.listCronTriggers();
    const present = new Set<string>();
    for (const bound of bounds) {
      if (bound.trigger.enabled === false) continue;
      const key = `${bound.function.tenant}/${bound.trigger.name}`;
      present.add(key);
      const known = this.#watched.get(key);
      if (known === undefined || !sameTrigger(known.bound, bound)) await this.#watch(key, bound);
    }
    for (const [key, { bound }] of this.#watched) {
      if (present.has(key)) continue;
      this.#watched.delete(key);
      // A trigger that is made again under this name, or enabled again, has missed nothing.
      await ledger.forget(bound.function.tenant, ledgerName(bound.trigger));
    }
    this.#refreshAt = now() + REFRESH_MS;
  }

  async #watch(key: string, bound: BoundTrigger<CronTrigger>): Promise<void> {
    const { ledger, now } = this.#options;
    const { tenant } = bound.function;
    const parsed = parseSchedule(bound.trigger.schedule, bound.trigger.timezone);
    if (!parsed.ok) return;
    let cursor = await ledger.lastSlot(tenant, ledgerName(bound.trigger));
    if (cursor === undefined) {
      // First seen: nothing before now was ever promised.
      cursor = now();
      await ledger.advance(tenant, ledgerName(bound.trigger), cursor);
    }
    this.#watched.set(key, { bound, schedule: parsed.schedule, cursor, due: nextSlot(parsed.schedule, cursor) });
  }

  async #fire(watched: Watched): Promise<void> {
    const { ledger, now } = this.#options;
    const { bound, schedule } = watched;
    const at = now();
    const slots = slotsBetween(schedule, watched.cursor, at, BATCH);
    const last = slots.at(-1);
    if (last === undefined) return;
    for (const slot of chooseSlots(bound.trigger, slots, at)) await this.#enqueue(bound, slot);
    await ledger.advance(bound.function.tenant, ledgerName(bound.trigger), last);
    watched.cursor = last;
    watched.due = nextSlot(schedule, last);
  }

  async #enqueue(bound: BoundTrigger<CronTrigger>, slot: number): Promise<void> {
    const { invoker, now, newId } = this.#options;
    const { tenant, name } = bound.function;
    const event = bound.trigger.input ?? this.#scheduledEvent(bound, slot);
    await invoker.enqueue(
      {
        id: newId(),
        tenant,
        function: name,
        qualifier: bound.trigger.qualifier ?? LATEST,
        source: "cron",
        trigger: bound.trigger.name,
        event,
        acceptedAt: now(),
      },
      { idempotencyKey: `cron:${bound.trigger.name}:${slot}` },
    );
  }

  /** EventBridge's form of a tick, or that of EventBridge Scheduler. */
  #scheduledEvent({ trigger }: BoundTrigger<CronTrigger>, slot: number): string {
    const { region, accountId } = this.#options.place;
    const scheduler = trigger.details !== undefined;
    return JSON.stringify({
      version: "0",
      id: randomUUID(),
      "detail-type": "Scheduled Event",
      source: scheduler ? "aws.scheduler" : "aws.events",
      account: accountId,
      time: new Date(slot).toISOString().replace(".000Z", "Z"),
      region,
      resources: [
        scheduler
          ? `arn:aws:scheduler:${region}:${accountId}:schedule/default/${trigger.name}`
          : `arn:aws:events:${region}:${accountId}:rule/${trigger.name}`,
      ],
      // Scheduler's is a text.
      detail: scheduler ? "{}" : {},
    });
  }
}

/** Which of the passed slots get an event. Late ones always do; of those missed, the policy decides. */
function chooseSlots(trigger: Pick<CronTrigger, "missedRuns">, slots: readonly number[], now: number): number[] {
  const missed = slots.filter((slot) => now - slot > LATE_MS);
  const late = slots.filter((slot) => now - slot <= LATE_MS);
  if (trigger.missedRuns === "all") return [...missed, ...late];
  if (trigger.missedRuns === "skip" || late.length > 0) return late;
  return missed.slice(-1);
}

/** A changed schedule begins afresh: the old one's last slot says nothing of what the new one missed. */
function ledgerName(trigger: CronTrigger): string {
  return `${trigger.name} ${trigger.timezone} ${trigger.schedule}`;
}

function sameTrigger(a: BoundTrigger<CronTrigger>, b: BoundTrigger<CronTrigger>): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
