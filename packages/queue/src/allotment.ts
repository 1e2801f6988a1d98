/** What the sharing of a consumer's capacity knows of one queue. */
export interface QueueLoad {
  /** Claims held now. */
  readonly running: number;
  /** Most claims it may hold. */
  readonly limit: number;
  /** The last look into the queue found something. */
  readonly hungry: boolean;
}

/**
 * How many claims each queue may hold, so that
 *
 * 1. all of them together never hold more than `capacity`, plus one for each queue (a worker of BullMQ cannot hold less
 *    than one, and so finds new events even when the others have taken everything),
 * 2. queues with a backlog get equal shares, and what one cannot use goes to the others: all of it, if they are idle,
 * 3. what nobody has asked for yet is spread over the idle queues, so that a burst need not wait for a new sharing.
 *
 * Claims already held are not taken away: a queue over its share shrinks as they end, and others grow by as much then.
 */
export function shareCapacity(capacity: number, loads: readonly QueueLoad[]): readonly number[] {
  const wanted = loads.map((load) => (load.hungry ? load.limit : Math.min(load.running, load.limit)));
  const shares = fill(capacity, wanted);
  const left = capacity - sum(shares);
  const spare = fill(
    left,
    loads.map((load, at) => load.limit - (shares[at] ?? 0)),
  );
  const targets = shares.map((share, at) => share + (spare[at] ?? 0));
  return takeBackHeld(capacity, loads, targets).map((target) => Math.max(1, target));
}

/** Max-min fair: the smallest wishes are met in full, the others get equal parts of the rest. */
function fill(amount: number, wishes: readonly number[]): number[] {
  const granted = wishes.map(() => 0);
  const order = wishes.map((_, at) => at).sort((a, b) => (wishes[a] ?? 0) - (wishes[b] ?? 0));
  let left = amount;
  for (const [done, at] of order.entries()) {
    const part = Math.floor(left / (order.length - done));
    const grant = Math.max(0, Math.min(wishes[at] ?? 0, part));
    granted[at] = grant;
    left -= grant;
  }
  return granted;
}

/** Lowers the targets of those that may grow by what others hold over theirs. */
function takeBackHeld(capacity: number, loads: readonly QueueLoad[], targets: readonly number[]): number[] {
  const result = [...targets];
  const held = loads.map((load, at) => Math.max(load.running, targets[at] ?? 0));
  let excess = sum(held) - capacity;
  const growing = loads.map((load, at) => ({ at, room: (targets[at] ?? 0) - load.running }));
  growing.sort((a, b) => b.room - a.room);
  for (const { at, room } of growing) {
    if (excess <= 0 || room <= 0) break;
    const cut = Math.min(room, excess);
    result[at] = (result[at] ?? 0) - cut;
    excess -= cut;
  }
  return result;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
