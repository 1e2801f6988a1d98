import { showValue } from "./constraints.ts";
import { LambdaError } from "./lambda-error.ts";

/** More are not collected: one message tells them all. */
const FAULTS_MAX = 10;

/** Where a value stands: AWS writes `code.zipFile` and `filters.1.member.pattern`, each name with a small first letter. */
export function memberPath(parent: string, member: string): string {
  const name = member.slice(0, 1).toLowerCase() + member.slice(1);
  return parent === "" ? name : `${parent}.${name}`;
}

/** What is wrong with an input, told all at once. */
export class Faults {
  readonly #faults: string[] = [];
  #unknownRuntime: string | undefined;

  add(path: string, constraint: string, value: unknown, sensitive: boolean): void {
    if (this.#faults.length >= FAULTS_MAX) return;
    const shown = sensitive ? "Value" : value === null ? "Value null" : `Value '${showValue(value)}'`;
    this.#faults.push(`${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
  }

  /** The one enum that AWS checks apart from the others and answers in another form. */
  addRuntime(value: string, known: readonly string[]): void {
    const set = `Member must satisfy enum value set: [${known.join(", ")}] or be a valid ARN`;
    this.#unknownRuntime = `Value ${showValue(value)} at 'runtime' failed to satisfy constraint: ${set}`;
  }

  /** @throws LambdaError ValidationException, InvalidParameterValueException for a runtime alone */
  throwIfAny(): void {
    const count = this.#faults.length;
    if (count > 0) {
      const head = `${count} validation error${count === 1 ? "" : "s"} detected`;
      throw new LambdaError("ValidationException", `${head}: ${this.#faults.join("; ")}`);
    }
    if (this.#unknownRuntime !== undefined) {
      throw new LambdaError("InvalidParameterValueException", this.#unknownRuntime);
    }
  }
}
