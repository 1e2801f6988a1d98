/** Kinds of small records that belong to a tenant and are found by an id: what has no port of its own. */
export type DocumentKind =
  | "layer-version"
  | "event-source-mapping"
  | "code-signing-config"
  | "capacity-provider"
  | "durable-execution";

export interface StoredDocument {
  readonly tenant: string;
  readonly id: string;
  /** JSON. */
  readonly value: unknown;
}

export type DecideDocument = (value: unknown) => { readonly put: unknown } | { readonly delete: true } | undefined;

/** Records of a few kilobytes. An id has no slash; ids sort by their bytes. */
export interface DocumentStore {
  get(kind: DocumentKind, tenant: string, id: string): Promise<unknown>;
  /** In the order of ids, those that begin with the prefix. */
  list(
    kind: DocumentKind,
    tenant: string,
    page?: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<readonly StoredDocument[]>;
  /** Of every tenant. */
  listAll(kind: DocumentKind): Promise<readonly StoredDocument[]>;
  /**
   * Reads, asks `decide`, and writes if nobody wrote in between; otherwise asks again. `decide` answering undefined
   * changes nothing; it may throw, which ends the call. Answers the value after it, undefined when there is none.
   */
  change(kind: DocumentKind, tenant: string, id: string, decide: DecideDocument): Promise<unknown>;
  /** 1, 2, … of a name; never the same twice. */
  nextNumber(kind: DocumentKind, tenant: string, name: string): Promise<number>;
  /** Calls back after any process changed a document of the kind, or when changes may have been missed. */
  onChange(kind: DocumentKind, listener: () => void): Promise<() => Promise<void>>;
}
