import { checkFunction } from "../node-error.ts";
import { promisify } from "../util-module/promisify.ts";
import { fileContent } from "./file-content.ts";
import { fileTree } from "./file-tree.ts";

type AnyFunction = (...args: unknown[]) => unknown;

/** Every function of `node:fs` in its synchronous form: the files are in memory, so there is no other. */
export const syncForms = { ...fileContent, ...fileTree };

/** What a callback gets besides the result, as Node hands back the buffer that was read into. */
const EXTRA: Readonly<Record<string, string>> = {
  read: "buffer",
  write: "buffer",
  readv: "buffers",
  writev: "buffers",
};
const RESULT: Readonly<Record<string, string>> = {
  read: "bytesRead",
  write: "bytesWritten",
  readv: "bytesRead",
  writev: "bytesWritten",
};

/** `fs.read(fd, [options], callback)` brings its buffer along, or has one made. */
function withBuffer(name: string, args: unknown[]): unknown[] {
  if (name !== "read" || ArrayBuffer.isView(args[1])) return args;
  const options = (args[1] ?? {}) as { buffer?: Uint8Array };
  return [args[0], options.buffer ?? Buffer.alloc(16_384), options];
}

/** The same with a callback, which is never called at once. */
function callbackForm(name: string, run: AnyFunction): AnyFunction {
  const form = (...given: unknown[]): void => {
    const callback = given.at(-1);
    checkFunction(callback, "cb");
    const args = withBuffer(name, given.slice(0, -1));
    let results: unknown[];
    try {
      const result = run(...args);
      results = name === "exists" ? [result] : [null, ...(result === undefined ? [] : [result])];
      if (EXTRA[name] !== undefined) results.push(args[1]);
    } catch (error) {
      results = [error];
    }
    setImmediate(() => Reflect.apply(callback, undefined, results));
  };
  const resultName = RESULT[name];
  if (resultName !== undefined) {
    Object.defineProperty(form, promisify.custom, {
      value: async (...given: unknown[]) => {
        const args = withBuffer(name, given);
        return { [resultName]: run(...args), [EXTRA[name] as string]: args[1] };
      },
    });
  }
  if (name === "exists") Object.defineProperty(form, promisify.custom, { value: async (path: unknown) => run(path) });
  return form;
}

type Forms = Record<string, AnyFunction>;

export const callbackForms: Forms = {};
export const promiseForms: Forms = {};

for (const [syncName, run] of Object.entries(syncForms) as [string, AnyFunction][]) {
  const name = syncName.slice(0, -"Sync".length);
  callbackForms[name] = callbackForm(name, run);
  // oxlint-disable-next-line typescript/require-await -- what it throws has to reject
  promiseForms[name] = async (...args: unknown[]) => run(...args);
}
for (const form of [syncForms.realpathSync, callbackForms["realpath"]]) {
  Object.assign(form as object, { native: form });
}
