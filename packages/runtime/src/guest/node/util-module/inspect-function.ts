import { inspect as show, type InspectOptions } from "../../console/inspect.ts";

type Style = readonly [open: number, close: number];

export const COLORS: Readonly<Record<string, Style>> = {
  reset: [0, 0],
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  blink: [5, 25],
  inverse: [7, 27],
  hidden: [8, 28],
  strikethrough: [9, 29],
  doubleunderline: [21, 24],
  framed: [51, 54],
  overlined: [53, 55],
  ...Object.fromEntries(
    ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"].flatMap((name, at) => [
      [name, [30 + at, 39]],
      [`bg${name[0]?.toUpperCase()}${name.slice(1)}`, [40 + at, 49]],
      [`${name}Bright`, [90 + at, 39]],
      [`bg${name[0]?.toUpperCase()}${name.slice(1)}Bright`, [100 + at, 49]],
    ]),
  ),
  gray: [90, 39],
  grey: [90, 39],
  bgGray: [100, 49],
};

/** `util.inspect`: what the console writes. Of the options `depth` counts; the log has no colours. */
export const inspect = Object.assign(
  (value: unknown, options?: InspectOptions | boolean, depth?: number | null): string => {
    if (typeof options === "object") return show(value, options);
    return show(value, depth === undefined ? undefined : { depth });
  },
  {
    custom: Symbol.for("nodejs.util.inspect.custom"),
    defaultOptions: {
      showHidden: false,
      depth: 2,
      colors: false,
      customInspect: true,
      showProxy: false,
      maxArrayLength: 100,
      maxStringLength: 10_000,
      breakLength: 128,
      compact: 3,
      sorted: false,
      getters: false,
      numericSeparator: false,
    },
    colors: COLORS,
    styles: {},
  },
);
