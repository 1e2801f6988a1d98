import { checkFunction, nodeError } from "../node-error.ts";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
const custom = Symbol.for("nodejs.util.promisify.custom");

/** From a function that calls back with `(error, value)` to one that answers a promise. */
export const promisify = Object.assign(
  (original: unknown): AnyFunction => {
    checkFunction(original, "original");
    const own = Reflect.get(original, custom) as unknown;
    if (own !== undefined) {
      checkFunction(own, "util.promisify.custom");
      return Object.defineProperty(own, custom, { value: own, configurable: true });
    }
    function promised(this: unknown, ...args: unknown[]): Promise<unknown> {
      return new Promise((resolve, reject) => {
        const done = (error: unknown, value: unknown): void => {
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever was called back
          if (error) reject(error);
          else resolve(value);
        };
        Reflect.apply(original as AnyFunction, this, [...args, done]);
      });
    }
    Object.setPrototypeOf(promised, Object.getPrototypeOf(original) as object);
    Object.defineProperty(promised, custom, { value: promised, configurable: true });
    return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
  },
  { custom },
);

/** The other way round. */
export function callbackify(original: unknown): AnyFunction {
  checkFunction(original, "original");
  function calledBack(this: unknown, ...args: unknown[]): void {
    const callback = args.pop();
    checkFunction(callback, "last argument");
    const { process } = globalThis as unknown as { process: { nextTick(...args: unknown[]): void } };
    (Reflect.apply(original as AnyFunction, this, args) as Promise<unknown>).then(
      (value) => process.nextTick(callback, null, value),
      (reason: unknown) => process.nextTick(callback, reason || falsyReason(reason)),
    );
  }
  Object.setPrototypeOf(calledBack, Object.getPrototypeOf(original) as object);
  const descriptors = Object.getOwnPropertyDescriptors(original);
  if (typeof descriptors["name"]?.value === "string") descriptors["name"].value += "Callbackified";
  if (typeof descriptors["length"]?.value === "number") descriptors["length"].value++;
  return Object.defineProperties(calledBack, descriptors);
}

function falsyReason(reason: unknown): Error {
  const error = nodeError(Error, "ERR_FALSY_VALUE_REJECTION", "Promise was rejected with falsy value");
  return Object.assign(error, { reason });
}
