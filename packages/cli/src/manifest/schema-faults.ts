import type { ManifestFault } from "@sluice/core";
import { expectation, findUnknownKeys, type ManifestSchema, manifestSchema, schemaAt } from "./schema-guide.ts";
import type { SourceFault } from "./source-fault.ts";
import type { YamlSource } from "./yaml-source.ts";

/** What the schema found, in words that say what to write. */
export function schemaFaults(source: YamlSource, found: readonly ManifestFault[]): SourceFault[] {
  const schema = manifestSchema();
  const unknown = findUnknownKeys(source, schema);
  const parents = new Set(unknown.map(({ path }) => JSON.stringify(path.slice(0, -1))));
  const known = found.filter(({ path, message }) => {
    // Both follow from the unknown key, which has a fault of its own.
    if (message.startsWith("Unrecognized key")) return false;
    return !(message.startsWith("must have exactly one of") && parents.has(JSON.stringify(path)));
  });
  return [
    ...unknown.map(({ path, message }) => source.faultAtKey(path, message)),
    ...known.map((fault) => {
      const { atKey, message } = describeFault(schema, fault);
      return atKey ? source.faultAtKey(fault.path, message) : source.faultAt(fault.path, message);
    }),
    ...unusableNames(source),
  ];
}

/** The parser's words, or better ones; `atKey`: the fault is the key itself. */
export function describeFault(
  schema: ManifestSchema,
  { path, message }: ManifestFault,
): { readonly atKey: boolean; readonly message: string } {
  if (message === "Invalid key in record") {
    const what =
      path.at(-2) === "environment" ? "letters, digits and '_', no digit first" : "1 to 64 letters, digits, '-' or '_'";
    return { atKey: true, message: `is not a legal name; it must be ${what}` };
  }
  if (!/^(Invalid|Too (small|big))/.test(message)) return { atKey: false, message };
  if (message.endsWith("received undefined")) return { atKey: false, message: "is missing" };
  const at = schemaAt(schema, path);
  return { atKey: false, message: (at && expectation(at)) ?? message };
}

/** A parser of ours would silently drop this one. */
function unusableNames(source: YamlSource): SourceFault[] {
  const document = source.toJs() as { functions?: unknown } | null;
  const functions = document?.functions;
  if (typeof functions !== "object" || functions === null || !Object.hasOwn(functions, "__proto__")) return [];
  return [source.faultAtKey(["functions", "__proto__"], "cannot be the name of a function; choose another")];
}
