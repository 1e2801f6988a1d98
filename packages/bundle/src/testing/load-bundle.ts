import { Script } from "node:vm";

type Factory = (...args: unknown[]) => unknown;

/** Runs the code as the guest does: as the body of a CommonJS factory. Answers what it exports, once it has settled. */
export async function settleBundle(
  code: Uint8Array,
  require: (id: string) => unknown = () => ({}),
): Promise<Record<string, unknown>> {
  const { exports, settled } = start(code, require);
  await settled;
  return exports();
}

/** The same for code that awaits nothing at its top level. */
export function loadBundle(code: Uint8Array, require: (id: string) => unknown = () => ({})): Record<string, unknown> {
  return start(code, require).exports();
}

function start(code: Uint8Array, require: (id: string) => unknown) {
  const module = { exports: {} as Record<string, unknown> };
  const source = `(function (exports, require, module, __filename, __dirname) {${Buffer.from(code).toString()}\n})`;
  const factory = new Script(source).runInThisContext() as Factory;
  const settled = factory(module.exports, require, module, "/var/task/index.js", "/var/task");
  return { exports: () => module.exports, settled };
}
