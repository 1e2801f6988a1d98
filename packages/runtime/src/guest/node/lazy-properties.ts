/** Defines a property whose value is made when it is first read. */
export function fillLazily(target: object, key: PropertyKey, make: () => unknown, enumerable = false): void {
  const define = (value: unknown): void => {
    Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable });
  };
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable,
    get: () => {
      const value = make();
      define(value);
      return value;
    },
    set: define,
  });
}

/** A module whose rarely used members are made at their first use. */
export function lazyProperties<T extends object, K extends string>(
  module: T,
  makers: Record<K, () => unknown>,
): T & Record<K, unknown> {
  for (const key of Object.keys(makers) as K[]) fillLazily(module, key, makers[key], true);
  return module as T & Record<K, unknown>;
}
