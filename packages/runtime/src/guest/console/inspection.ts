/** Writes one value that stands `depth` objects deep. */
export type Show = (inspection: Inspection, value: unknown, depth: number) => string;

/** The state of one walk over a value. */
export class Inspection {
  /** Objects nested deeper are only named. */
  readonly depth: number;
  /** The objects that the walk is inside of. */
  readonly seen: object[] = [];
  readonly circles = new Map<object, number>();
  /** Columns that stand to the left of what is being written. */
  indent = 0;
  /** Of the object that was last entered: three levels fit on one line. */
  currentDepth = 0;

  readonly #show: Show;

  constructor(depth: number, show: Show) {
    this.depth = depth;
    this.#show = show;
  }

  show(value: unknown, depth: number): string {
    return this.#show(this, value, depth);
  }

  /** Two columns further to the right. */
  showNested(value: unknown, depth: number): string {
    return this.nested(() => this.#show(this, value, depth));
  }

  circleOf(value: object): number {
    const known = this.circles.get(value);
    if (known !== undefined) return known;
    this.circles.set(value, this.circles.size + 1);
    return this.circles.size;
  }

  /** Writes something two columns further to the right. */
  nested(write: () => string): string {
    this.indent += 2;
    const text = write();
    this.indent -= 2;
    return text;
  }
}
