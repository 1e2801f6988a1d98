/** What Sluice puts around a function. */
declare module "sluice" {
  export const kv: {
    get(key: string): Promise<string | null>;
    put(key: string, value: string, options?: { readonly ttlSeconds?: number }): Promise<void>;
    delete(key: string): Promise<boolean>;
    /** In key order; the `cursor` of one page asks for the next. */
    list(options?: {
      readonly prefix?: string;
      readonly limit?: number;
      readonly cursor?: string | null;
    }): Promise<{ readonly keys: readonly string[]; readonly cursor: string | null }>;
  };
}

/** `sluice deploy` turns an imported .wasm file into a compiled WebAssembly.Module. */
declare module "*.wasm" {
  const compiled: object;
  export default compiled;
}
