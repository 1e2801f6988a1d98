/** A piece of a text: what stands there, or the sources of a variable, the first that has a value being taken. */
export type TextPart = { readonly text: string } | { readonly variable: string; readonly sources: readonly string[] };

/** Splits `a-${opt:stage, 'dev'}` into its parts. `${AWS::Region}` is CloudFormation's and stays text. */
export function parseVariables(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const end = text.startsWith("${", at) ? closingBrace(text, at + 2) : -1;
    if (end < 0 || /^\$\{(AWS::|[A-Za-z0-9.]*\})/.test(text.slice(at, end + 1))) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain !== "") parts.push({ text: plain });
    plain = "";
    parts.push({ variable: text.slice(at, end + 1), sources: splitSources(text.slice(at + 2, end)) });
    at = end + 1;
  }
  if (plain !== "") parts.push({ text: plain });
  return parts;
}

function closingBrace(text: string, from: number): number {
  let end = -1;
  scan(text, from, (char, depth, at) => {
    if (char !== "}" || depth > 0) return true;
    end = at;
    return false;
  });
  return end;
}

function splitSources(inner: string): string[] {
  const sources: string[] = [];
  let start = 0;
  scan(inner, 0, (char, depth, at) => {
    if (char === "," && depth === 0) {
      sources.push(inner.slice(start, at).trim());
      start = at + 1;
    }
    return true;
  });
  return [...sources, inner.slice(start).trim()];
}

/** Visits what stands outside quotes, until the visitor has seen enough. `depth` counts variables and brackets around it. */
function scan(text: string, from: number, visit: (char: string, depth: number, at: number) => boolean): void {
  let depth = 0;
  let quote = "";
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === "'" || char === '"') quote = char;
    else {
      if (!visit(char, depth, at)) return;
      if (char === "{" || char === "(") depth += 1;
      if (char === "}" || char === ")") depth -= 1;
    }
  }
}
