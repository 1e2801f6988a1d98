/** `kv` of the module `sluice`, in memory. */
export function createMemoryKv() {
  const values = new Map<string, string>();
  return {
    get: async (key: string): Promise<string | null> => values.get(key) ?? null,
    put: async (key: string, value: string): Promise<void> => void values.set(key, value),
    delete: async (key: string): Promise<boolean> => values.delete(key),
    list: async (options: { readonly prefix?: string; readonly limit?: number } = {}) => ({
      keys: [...values.keys()]
        .filter((key) => key.startsWith(options.prefix ?? ""))
        .sort()
        .slice(0, options.limit),
      cursor: null,
    }),
  };
}
