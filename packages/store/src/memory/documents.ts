import type { DecideDocument, DocumentKind, DocumentStore, StoredDocument } from "@sluice/core";

export class MemoryDocuments implements DocumentStore {
  /** JSON by kind/tenant/id. */
  readonly #documents = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  readonly #listeners = new Map<DocumentKind, Set<() => void>>();

  async get(kind: DocumentKind, tenant: string, id: string): Promise<unknown> {
    const held = this.#documents.get(`${kind}/${tenant}/${id}`);
    return held === undefined ? undefined : JSON.parse(held);
  }

  async list(
    kind: DocumentKind,
    tenant: string,
    page: { readonly prefix?: string; readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly StoredDocument[]> {
    const { prefix = "", after, limit = Number.POSITIVE_INFINITY } = page;
    return this.#sorted(kind)
      .filter((found) => found.tenant === tenant && found.id.startsWith(prefix))
      .filter((found) => after === undefined || found.id > after)
      .slice(0, limit);
  }

  async listAll(kind: DocumentKind): Promise<readonly StoredDocument[]> {
    return this.#sorted(kind);
  }

  async change(kind: DocumentKind, tenant: string, id: string, decide: DecideDocument): Promise<unknown> {
    const key = `${kind}/${tenant}/${id}`;
    const held = this.#documents.get(key);
    const before = held === undefined ? undefined : (JSON.parse(held) as unknown);
    const decision = decide(before);
    if (decision === undefined) return before;
    if ("put" in decision) this.#documents.set(key, JSON.stringify(decision.put));
    else this.#documents.delete(key);
    for (const listener of this.#listeners.get(kind) ?? []) listener();
    return "put" in decision ? decision.put : undefined;
  }

  async nextNumber(kind: DocumentKind, tenant: string, name: string): Promise<number> {
    const key = `${kind}/${tenant}/${name}`;
    const number = (this.#numbers.get(key) ?? 0) + 1;
    this.#numbers.set(key, number);
    return number;
  }

  async onChange(kind: DocumentKind, listener: () => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    const own = (): void => listener();
    listeners.add(own);
    return async () => void listeners.delete(own);
  }

  #sorted(kind: DocumentKind): readonly StoredDocument[] {
    const found: StoredDocument[] = [];
    for (const [key, json] of this.#documents) {
      const [itsKind, tenant = "", id = ""] = key.split("/");
      if (itsKind === kind) found.push({ tenant, id, value: JSON.parse(json) as unknown });
    }
    return found.sort((a, b) => (`${a.tenant}/${a.id}` < `${b.tenant}/${b.id}` ? -1 : 1));
  }
}
