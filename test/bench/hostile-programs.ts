import { endlessPrograms } from "../sandbox/programs/endless.ts";
import { greedyPrograms } from "../sandbox/programs/greedy.ts";
import type { Program } from "../sandbox/programs/program.ts";

/** Of the hostile programs of `test/sandbox`, the ones that are hardest to end, and one that V8 ends itself. */
const NAMES = [
  "a busy loop",
  "a catastrophic regular expression",
  "the squares of a huge integer",
  "includes over 2^53 elements",
  "a sort of four million numbers",
  "a huge string cut in characters",
] as const;

/** Each answers 1 to the event `{"warm":true}`, so that making its isolate is not part of what is measured. */
export function hostilePrograms(): readonly { readonly name: string; readonly code: string }[] {
  const known: readonly Program[] = [...endlessPrograms, ...greedyPrograms];
  return NAMES.map((name) => {
    const program = known.find((one) => one.name === name);
    if (program === undefined) throw new Error(`there is no hostile program '${name}'`);
    const code = `${program.code}
const hostile = exports.handler;
exports.handler = (event, context) => (event.warm ? 1 : hostile(event, context));`;
    return { name, code };
  });
}
