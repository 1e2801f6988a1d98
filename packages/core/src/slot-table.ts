const SLOT_BITS = 16;
const SLOTS_MAX = 1 << SLOT_BITS;
const SLOT = SLOTS_MAX - 1;

/**
 * What is under way, by ids that are given out here: never 0, and seldom used again soon.
 *
 * A `Map` would do, were it not for V8: a map from which as much is deleted as is added gets a new table every few
 * dozen times. The old table still names what was in it and its successor, so once it has come into the old part of
 * the heap, everything that was ever under way stays until the next full collection, and each small one has to copy it.
 * With a map, collections took a third of a gateway's time under load.
 */
export class SlotTable<T extends object> {
  readonly #ids: number[] = [];
  readonly #values: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#values.length - this.#free.length;
  }

  /** @returns its id, a u32. @throws RangeError with 65,536 under way */
  add(value: T): number {
    const slot = this.#free.pop() ?? this.#values.length;
    if (slot === SLOTS_MAX) throw new RangeError(`more than ${SLOTS_MAX} at once`);
    const turn = (((this.#ids[slot] ?? 0) >>> SLOT_BITS) % SLOT) + 1;
    const id = ((turn << SLOT_BITS) | slot) >>> 0;
    this.#ids[slot] = id;
    this.#values[slot] = value;
    return id;
  }

  get(id: number): T | undefined {
    const slot = id & SLOT;
    return this.#ids[slot] === id ? this.#values[slot] : undefined;
  }

  /** Removes it. @returns undefined when it was not there */
  take(id: number): T | undefined {
    const value = this.get(id);
    if (value === undefined) return undefined;
    const slot = id & SLOT;
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return value;
  }

  takeAll(): T[] {
    return this.#ids.flatMap((id) => this.take(id) ?? []);
  }

  *entries(): Iterable<readonly [id: number, value: T]> {
    for (const [slot, value] of this.#values.entries()) {
      if (value !== undefined) yield [this.#ids[slot] ?? 0, value];
    }
  }

  *values(): Iterable<T> {
    for (const value of this.#values) if (value !== undefined) yield value;
  }
}
