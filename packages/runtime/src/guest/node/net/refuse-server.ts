import { nodeError } from "../node-error.ts";

/** @throws always: nobody could reach a server inside a function */
export function refuseServer(name: string): never {
  throw nodeError(
    Error,
    "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
    `${name} is not available: a function cannot listen for connections. ` +
      "Give it an 'http' trigger instead, and it is called for each request",
  );
}

/** A class that is there to be named and inherited from, but not to be made. */
export function serverClass(name: string): new () => object {
  const refuse = function (): void {
    refuseServer(name);
  };
  return refuse as unknown as new () => object;
}
