import { loadReadline } from "../../lazy.ts";
import type { NodeReadable } from "../stream/node-streams.ts";

export function readlineOver(input: NodeReadable): AsyncIterable<string> {
  return loadReadline().readline.createInterface({ input });
}
