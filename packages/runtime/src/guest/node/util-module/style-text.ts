import { invalidArgValue } from "../node-error.ts";
import { COLORS } from "./inspect-function.ts";

interface StyleOptions {
  readonly validateStream?: boolean;
  readonly stream?: { readonly isTTY?: boolean };
}

/** Plain text unless the stream is left unchecked: the log is no terminal. */
export function styleText(format: string | readonly string[], text: string, options: StyleOptions = {}): string {
  const { validateStream = true, stream } = options;
  const styled = !validateStream || stream?.isTTY === true;
  let before = "";
  let after = "";
  for (const name of typeof format === "string" ? [format] : format) {
    const style = COLORS[name];
    if (style === undefined && name !== "none") {
      throw invalidArgValue("format", name, `must be one of: ${Object.keys(COLORS).join(", ")}`);
    }
    if (style === undefined || !styled) continue;
    before += `\u001B[${style[0]}m`;
    after = `\u001B[${style[1]}m${after}`;
  }
  return before + text + after;
}

const SEQUENCES =
  /[\u001B\u009B][[\]()#;?]*(?:(?:(?:(?:;[-\w/#&.:=?%@~]+)+|[a-zA-Z\d]+(?:;[-\w/#&.:=?%@~]*)*)?(?:\u0007|\u001B\\|\u009C))|(?:(?:\d{1,4}(?:[;:]\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]))/g;

export function stripVTControlCharacters(text: string): string {
  return text.replace(SEQUENCES, "");
}
