import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Tags,
  visit,
} from "yaml";
import type { SourceFault } from "./source-fault.ts";

export type ManifestPath = readonly (string | number)[];

/** A YAML file with the positions of everything in it. */
export interface YamlSource {
  /** Faults of syntax; the rest is meaningful only without them. */
  readonly faults: readonly SourceFault[];
  readonly root: Node | null;
  readonly document: Document;
  toJs(): unknown;
  /** A fault at the value at a path, or at the nearest key above it when there is no such value. */
  faultAt(path: ManifestPath, message: string): SourceFault;
  /** A fault at the last key of a path. */
  faultAtKey(path: ManifestPath, message: string): SourceFault;
  resolve(node: unknown): unknown;
}

/** What a format has beyond plain YAML 1.2. */
export interface YamlDialect {
  readonly customTags?: Tags;
  /** Whether `<<` merges a mapping. */
  readonly merge?: boolean;
}

export function readYaml(file: string, text: string, dialect: YamlDialect = {}): YamlSource {
  const lineCounter = new LineCounter();
  const options = { lineCounter, prettyErrors: false, uniqueKeys: true, strict: true };
  const document = parseDocument(text, { ...options, ...dialect });
  const lines = text.split("\n");
  const place = (offset: number, path: ManifestPath, message: string): SourceFault => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length));
    const sourceLine = (lines[line - 1] ?? "").replace(/\r$/, "");
    return { file, line: Math.max(1, line), column: Math.max(1, col), path: formatPath(path), message, sourceLine };
  };
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const spot = (path: ManifestPath): Spot => locate(document, path, resolve);
  return {
    faults: [
      ...[...document.errors, ...document.warnings].map((error) =>
        place(error.pos[0], [], explain(error.code, error.message)),
      ),
      ...danglingAliases(document).map(({ offset, name }) =>
        place(offset, [], `there is no anchor '&${name}' before this`),
      ),
    ],
    root: document.contents,
    document,
    toJs: () => document.toJS({ maxAliasCount: 100 }) as unknown,
    faultAt: (path, message) => place(spot(path).value, path, message),
    faultAtKey: (path, message) => place(spot(path).key, path, message),
    resolve,
  };
}

function danglingAliases(document: Document): { readonly offset: number; readonly name: string }[] {
  const dangling: { offset: number; name: string }[] = [];
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) === undefined) dangling.push({ offset: node.range?.[0] ?? 0, name: node.source });
    },
  });
  return dangling;
}

interface Spot {
  /** Offset of the last key found on the way. */
  readonly key: number;
  /** Offset of the value at the path; of the key when there is no value. */
  readonly value: number;
}

function locate(document: Document, path: ManifestPath, resolve: (node: unknown) => unknown): Spot {
  let node: unknown = resolve(document.contents);
  let key = offsetOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) return { key, value: key };
      key = offsetOf(pair.key) ?? key;
      node = resolve(pair.value);
    } else if (isSeq(node) && typeof part === "number") {
      node = resolve(node.items[part]);
      key = offsetOf(node) ?? key;
    } else return { key, value: key };
  }
  return { key, value: offsetOf(node) ?? key };
}

/** Nothing for a value that is not written (`memoryMb:`): its place is past the end of its line. */
function offsetOf(node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range && range[1] > range[0] ? range[0] : undefined;
}

function formatPath(path: ManifestPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}

function explain(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "this key is written twice; keep one of them";
  if (code === "TAB_AS_INDENT") return "tabs cannot indent YAML; use spaces";
  if (code === "MULTIPLE_DOCS") return "a manifest is one document; remove the '---' and what follows it";
  return `is not valid YAML: ${message}`;
}
