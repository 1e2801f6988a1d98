import { METRICS, type MetricSpec } from "../metric-table.ts";

const TOKEN = /"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\d[\w.]*|[a-zA-Z_:][\w:]*|=~|!~|!=|[<>=]=|\S/g;
const AGGREGATIONS = new Set(["sum", "max", "min", "avg", "count"]);
const FUNCTIONS = new Set(["rate", "increase", "histogram_quantile", "absent"]);
const OPERATORS = new Set(["and", "or", "unless"]);

/** Labels that an expression expects of a series: those it selects by and those it groups by. */
export interface SeriesUse {
  readonly series: string;
  readonly labels: ReadonlySet<string>;
}

/**
 * What an expression reads. Knows the part of PromQL that the rules and dashboards use and throws at any other word, so
 * that a metric whose name is misspelt cannot pass for a function.
 */
export function seriesUses(expression: string): readonly SeriesUse[] {
  const tokens: readonly string[] = expression.match(TOKEN) ?? [];
  const uses: { readonly series: string; readonly labels: Set<string> }[] = [];
  const groups: { readonly labels: readonly string[]; readonly depth: number }[] = [];
  let depth = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? "";
    if (token === "(") depth += 1;
    if (token === ")") {
      depth -= 1;
      while ((groups.at(-1)?.depth ?? 0) > depth) groups.pop();
    }
    if (!/^[a-zA-Z_:]/.test(token) || OPERATORS.has(token) || FUNCTIONS.has(token)) continue;
    if (AGGREGATIONS.has(token)) {
      if (tokens[at + 1] !== "by") continue;
      const end = tokens.indexOf(")", at);
      groups.push({ labels: tokens.slice(at + 3, end).filter((text) => text !== ","), depth: depth + 1 });
      at = end;
      continue;
    }
    const labels = new Set(groups.flatMap((group) => group.labels));
    if (tokens[at + 1] === "{") {
      const end = tokens.indexOf("}", at);
      for (const text of tokens.slice(at + 2, end)) if (/^[a-zA-Z_]/.test(text)) labels.add(text);
      at = end;
    } else if (tokens[at + 1] === "(") throw new Error(`unknown function ${token} in: ${expression}`);
    uses.push({ series: token, labels });
  }
  return uses;
}

/** What is wrong with an expression's series and labels by the service's own table; empty when nothing is. */
export function faultsOf(expression: string): readonly string[] {
  const uses = seriesUses(expression);
  if (uses.length === 0) return [`reads no series: ${expression}`];
  return uses.flatMap(({ series, labels }) => {
    const known = labelsOfSeries(series);
    if (known === undefined) return [`${series} is not exported`];
    return [...labels].filter((label) => !known.has(label)).map((label) => `${series} has no label ${label}`);
  });
}

function labelsOfSeries(series: string): ReadonlySet<string> | undefined {
  // Prometheus' own.
  if (series === "up") return new Set(["job", "instance"]);
  const table: Readonly<Record<string, MetricSpec>> = METRICS;
  const spec = table[series];
  if (spec !== undefined) return spec.type === "histogram" ? undefined : new Set(spec.labels);
  const [, name = "", suffix] = /^(.*)_(bucket|sum|count)$/.exec(series) ?? [];
  const histogram = table[name];
  if (histogram?.type !== "histogram") return undefined;
  return new Set(suffix === "bucket" ? [...histogram.labels, "le"] : histogram.labels);
}
