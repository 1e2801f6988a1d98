export type Refusal = (this: unknown, ...args: unknown[]) => never;

/**
 * A function or class that Node has and a sandbox cannot have. Importing it is fine, because packages import more than
 * they use; calling it says what is missing and what to do instead.
 */
export function unavailable(module: string, member: string, instead: string): Refusal {
  const refusal = function (): never {
    throw Object.assign(new Error(`${module}.${member} is not available in a Sluice function: ${instead}.`), {
      code: "ERR_SLUICE_UNAVAILABLE",
    });
  };
  Object.defineProperty(refusal, "name", { value: member, configurable: true });
  return refusal;
}

/** Several members of one module with one piece of advice. */
export function unavailableAll(module: string, members: readonly string[], instead: string): Record<string, Refusal> {
  return Object.fromEntries(members.map((member) => [member, unavailable(module, member, instead)]));
}
