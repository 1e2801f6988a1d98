/** Takes the place of the webidl-conversions package under whatwg-url: the two conversions that URLs need. */
export function USVString(value: unknown, { context }: { readonly context: string }): string {
  if (typeof value === "symbol") throw new TypeError(`${context} is a symbol, which cannot be converted to a string.`);
  return String(value).toWellFormed();
}

export function any(value: unknown): unknown {
  return value;
}
