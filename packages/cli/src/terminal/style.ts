import { styleText } from "node:util";
import type { OutputStream } from "../cli-host.ts";

export type Style = (text: string) => string;

/** Colours for one output stream; none when it is not a terminal or NO_COLOR is set (no-color.org). */
export interface Styles {
  readonly bold: Style;
  readonly dim: Style;
  readonly good: Style;
  readonly warn: Style;
  readonly bad: Style;
}

const plain: Style = (text) => text;

export function stylesFor(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): Styles {
  if (!stream.isTty || env["NO_COLOR"]) return { bold: plain, dim: plain, good: plain, warn: plain, bad: plain };
  const style =
    (format: "bold" | "dim" | "green" | "yellow" | "red"): Style =>
    (text) =>
      styleText(format, text, { validateStream: false });
  return { bold: style("bold"), dim: style("dim"), good: style("green"), warn: style("yellow"), bad: style("red") };
}
