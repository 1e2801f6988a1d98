import { type CollectionTag, type Document, isNode, type Node, type ScalarTag, visit, YAMLMap } from "yaml";

/** The short forms that CloudFormation has, each with its long one: `!Ref X` is `{ Ref: X }`. */
const LONG_FORMS: Readonly<Record<string, string>> = {
  "!Ref": "Ref",
  "!Condition": "Condition",
  ...Object.fromEntries(
    "And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Length Not Or Select Split Sub ToJsonString Transform"
      .split(" ")
      .map((name) => [`!${name}`, `Fn::${name}`]),
  ),
};

/** Any other tag is a fault. */
export const CLOUDFORMATION_TAGS: readonly (ScalarTag | CollectionTag)[] = Object.keys(LONG_FORMS).flatMap(
  (tag): (ScalarTag | CollectionTag)[] => [
    { tag, resolve: (text) => text },
    { tag, collection: "map", resolve: (node) => node },
    { tag, collection: "seq", resolve: (node) => node },
  ],
);

/** Writes short forms as long ones, so that what follows need not know of tags; everything keeps its place. */
export function lengthenTags(document: Document): void {
  visit(document, {
    Node(_key, node) {
      const tag = "tag" in node ? node.tag : undefined;
      const long = tag === undefined ? undefined : LONG_FORMS[tag];
      if (long === undefined || !isNode(node)) return undefined;
      return wrap(document, node, long);
    },
  });
}

function wrap(document: Document, node: Node & { tag?: string; anchor?: string }, long: string): YAMLMap {
  const { anchor, range } = node;
  delete node.tag;
  delete node.anchor;
  const map = new YAMLMap(document.schema);
  map.items.push(document.createPair(long, node));
  if (range) map.range = range;
  if (anchor !== undefined) map.anchor = anchor;
  return map;
}
