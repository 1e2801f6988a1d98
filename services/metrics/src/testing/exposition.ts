export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/y;

/** Reads Prometheus' text format strictly: throws at a line it cannot read, a sample out of place, or a series met twice. */
export function parseExposition(text: string): ReadonlyMap<string, ParsedFamily> {
  const families = new Map<string, { type: string; help: string; samples: ParsedSample[] }>();
  const seen = new Set<string>();
  let current = "";
  for (const line of text.split("\n").filter(Boolean)) {
    const [, keyword, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      if (families.has(name)) throw new Error(`${name} is described twice`);
      families.set(name, { type: "", help: rest, samples: [] });
      current = name;
      continue;
    }
    const family = families.get(current);
    if (family === undefined) throw new Error(`a line before any family: ${line}`);
    if (keyword === "TYPE") {
      if (name !== current) throw new Error(`TYPE of ${name} within ${current}`);
      family.type = rest;
      continue;
    }
    const sample = parseSample(line);
    const suffixes = family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (!suffixes.some((suffix) => sample.name === current + suffix)) throw new Error(`${line} within ${current}`);
    const identity = seriesName(sample);
    if (seen.has(identity)) throw new Error(`twice: ${line}`);
    seen.add(identity);
    family.samples.push(sample);
  }
  return families;
}

/** Name and labels, the same whatever the order of the labels was. */
export function seriesName({ name, labels }: ParsedSample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.toSorted((a, b) => a.localeCompare(b)).join()}}`;
}

function parseSample(line: string): ParsedSample {
  const [whole, name = "", labelText = "", valueText = ""] = SAMPLE.exec(line) ?? [];
  if (whole === undefined) throw new Error(`unreadable: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let end = 0; end < labelText.length; end = LABEL.lastIndex) {
    const [found, label = "", value = ""] = LABEL.exec(labelText) ?? [];
    if (found === undefined || Object.hasOwn(labels, label)) throw new Error(`bad labels: ${line}`);
    labels[label] = value.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
  }
  const value = valueText === "+Inf" ? Infinity : Number(valueText);
  // Process metrics that have no sample yet are NaN, which prom-client spells its own way and Prometheus reads.
  if (Number.isNaN(value) && !(valueText === "Nan" && name.startsWith("nodejs_")))
    throw new Error(`no number: ${line}`);
  return { name, labels, value };
}
