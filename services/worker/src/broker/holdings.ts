import { LIMITS } from "@sluice/core";
import { EgressLimit } from "./egress-error.ts";
import type { GuestCall } from "./guest-call.ts";

/** Something that a guest holds open in this process. */
export interface Holding {
  /** At once, whatever state it is in; may be called again. */
  destroy(): void;
}

/**
 * What guests hold open, by numbers of their own choice. A number means something together with the environment that
 * chose it only: no other isolate, of whatever tenant, can name what is held here. When the environment goes, all that
 * it held goes with it.
 */
export class Holdings<T extends Holding> {
  readonly #what: string;
  readonly #limit: number;
  readonly #byEnvironment = new Map<AbortSignal, Map<number, T>>();
  readonly #perTenant = new Map<string, number>();

  /** @param what names it in the plural, for the message of a limit @param limit of one environment */
  constructor(what: string, limit: number) {
    this.#what = what;
    this.#limit = limit;
  }

  get size(): number {
    let size = 0;
    for (const held of this.#byEnvironment.values()) size += held.size;
    return size;
  }

  /** @throws EgressLimit for one too many, or for a number that is taken */
  add(call: GuestCall, id: number, item: T): void {
    const { environment, functionVersion } = call;
    if (environment.aborted) throw new EgressLimit("the environment is gone");
    if (!Number.isInteger(id) || id < 1) throw new EgressLimit(`${id} is not a number for one of the ${this.#what}`);
    const held = this.#heldBy(environment, functionVersion.tenant);
    const ofTenant = this.#perTenant.get(functionVersion.tenant) ?? 0;
    if (held.has(id)) throw new EgressLimit(`number ${id} is taken`);
    if (held.size >= this.#limit) {
      throw new EgressLimit(
        `more than ${this.#limit} ${this.#what} at once; close some, or read responses to their end`,
      );
    }
    if (ofTenant >= LIMITS.streamsPerTenant) {
      throw new EgressLimit(`more than ${LIMITS.streamsPerTenant} ${this.#what} of your functions at once; try again`);
    }
    held.set(id, item);
    this.#perTenant.set(functionVersion.tenant, ofTenant + 1);
  }

  get({ environment }: GuestCall, id: number): T | undefined {
    return this.#byEnvironment.get(environment)?.get(id);
  }

  /** Takes the thing out, if it still is the one of that number; closing it is the caller's business. */
  remove({ environment, functionVersion }: GuestCall, id: number, item: T): void {
    const held = this.#byEnvironment.get(environment);
    if (held?.get(id) !== item) return;
    held.delete(id);
    this.#release(functionVersion.tenant, 1);
  }

  destroyAll(): void {
    for (const held of this.#byEnvironment.values()) for (const item of held.values()) item.destroy();
  }

  #heldBy(environment: AbortSignal, tenant: string): Map<number, T> {
    const known = this.#byEnvironment.get(environment);
    if (known !== undefined) return known;
    const held = new Map<number, T>();
    this.#byEnvironment.set(environment, held);
    const end = (): void => {
      this.#byEnvironment.delete(environment);
      this.#release(tenant, held.size);
      for (const item of held.values()) item.destroy();
    };
    environment.addEventListener("abort", end, { once: true });
    return held;
  }

  #release(tenant: string, count: number): void {
    const left = (this.#perTenant.get(tenant) ?? 0) - count;
    if (left > 0) this.#perTenant.set(tenant, left);
    else this.#perTenant.delete(tenant);
  }
}
