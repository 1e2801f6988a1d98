import type { NodeReadable, NodeWritable } from "./node-streams.ts";

type Duplex = NodeReadable & NodeWritable;
type Done = () => void;

/** `stream.duplexPair`: what is written to one comes out of the other, at the reader's pace. */
export function duplexPair(DuplexClass: new (options?: object) => Duplex, options: object = {}): [Duplex, Duplex] {
  /** Per side, the write that waits until the other side has read. */
  const waiting: [Done | undefined, Done | undefined] = [undefined, undefined];
  const sides: Duplex[] = [];
  const release = (side: 0 | 1): void => {
    const done = waiting[side];
    waiting[side] = undefined;
    done?.();
  };
  const create = (side: 0 | 1): Duplex => {
    const other = side === 0 ? 1 : 0;
    return new DuplexClass({
      ...options,
      read: () => release(other),
      write: (chunk: { readonly length: number }, _encoding: unknown, done: Done) => {
        waiting[side] = done;
        if (chunk.length === 0) queueMicrotask(() => release(side));
        else sides[other]?.push(chunk);
      },
      final: (done: Done) => {
        sides[other]?.push(null);
        done();
      },
    });
  };
  sides.push(create(0), create(1));
  return sides as [Duplex, Duplex];
}
