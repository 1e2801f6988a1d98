import { type GuestRuntime, HOST_CALLS } from "@sluice/core";
import { PRELUDE_FILE } from "./guest/lambda/function-error.ts";

/**
 * Puts the ES modules into which esbuild splits the guest runtime together.
 *
 * Every file becomes a function, numbered, that runs at its first use and answers what the file exports. Files that the
 * entry imports are the script that every isolate evaluates. The others are parts: their source comes from the host when
 * `$lazy` asks for them. So an isolate pays, in time and memory, for what its function uses: with everything in one
 * script, each isolate took 1 MB more and 6 ms longer to start.
 *
 * All this runs long after user code may have replaced anything. So what joins files uses nothing but variables,
 * literals, numbers of its own, and objects without a prototype.
 */
export interface ChunkFile {
  /** As in other files' imports, without `./`. */
  readonly name: string;
  readonly code: string;
}

export interface JoinOptions {
  /** Name of the file that exports `boot`. */
  readonly entry: string;
  /** Names of files by what `$lazy` calls them. */
  readonly lazy: ReadonlyMap<string, string>;
}

/** `$lazy("web/blob.ts")` in the code of a file: the exports of another one, which runs now if it has not yet. */
export const LAZY = "$lazy";

const IMPORT = /^import(?:\{([^}]*)\}from)?"\.\/([^"]+)";/;
const EXPORT = /export\{([^}]*)\};?\s*$/;
const PARTS_OP = HOST_CALLS["runtime.parts"].op;

/** `$f` functions of files by number, `$m` what they exported. */
const LOADER = `
const $eval=eval,$f={__proto__:null},$m={__proto__:null};let $call;
function $c(n){return $m[n]||$f[n]()}
function $need(wanted,n){
  if($m[n])return $m[n];
  let missing="";
  for(let at=0;at<wanted.length;at++)if(!$f[wanted[at]])missing+=(missing===""?"":",")+wanted[at];
  if(missing!=="")$eval("(($f,$m,$c,${LAZY})=>{\\"use strict\\";"+$call(${PARTS_OP},missing)+"})\\n//# sourceURL=${PRELUDE_FILE}")($f,$m,$c,${LAZY});
  return $c(n);
}`;

interface Part {
  readonly imports: readonly number[];
  readonly code: string;
}

export function joinChunks(files: readonly ChunkFile[], { entry, lazy }: JoinOptions): GuestRuntime {
  const numbers = new Map(files.map(({ name }, index) => [name, index]));
  const numberOf = (name: string): number => {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`the guest runtime has no file '${name}'`);
    return number;
  };
  const parts = files.map(({ name, code }) => toPart(code, numberOf(name), numberOf));
  const core = closure(numberOf(entry), parts);
  const cases = [...lazy].map(([key, name]) => {
    const number = numberOf(name);
    const wanted = [...closure(number, parts)].filter((one) => !core.has(one));
    return `case${JSON.stringify(key)}:return $need([${wanted.join(",")}],${number});`;
  });
  const lazily = `function ${LAZY}(name){switch(name){${cases.join("")}}}`;
  const functions = [...core].map((number) => parts[number]?.code).join("");
  const boot = `return(send,call,claims)=>{$call=call;return $c(${numberOf(entry)}).boot(send,call,claims)}`;
  return {
    script: `(()=>{"use strict";${LOADER}\n${lazily}\n${functions}\n${boot}})()\n//# sourceURL=${PRELUDE_FILE}\n`,
    parts: Object.fromEntries(parts.flatMap(({ code }, number) => (core.has(number) ? [] : [[String(number), code]]))),
  };
}

/** A file and all that it imports. */
function closure(start: number, parts: readonly Part[]): Set<number> {
  const found = new Set([start]);
  for (const number of found) for (const next of parts[number]?.imports ?? []) found.add(next);
  return found;
}

function toPart(code: string, number: number, numberOf: (name: string) => number): Part {
  const imports: number[] = [];
  let rest = code;
  let head = "";
  for (let found = IMPORT.exec(rest); found !== null; found = IMPORT.exec(rest)) {
    const [statement, names, from = ""] = found;
    const source = numberOf(from);
    imports.push(source);
    head +=
      names === undefined
        ? `$c(${source});`
        : `const{${pairs(names, (theirs, ours) => `${theirs}:${ours}`)}}=$c(${source});`;
    rest = rest.slice(statement.length);
  }
  const exported = EXPORT.exec(rest);
  const members = pairs(exported?.[1] ?? "", (ours, theirs) => `${theirs}:${ours}`);
  const body = exported === null ? rest : rest.slice(0, exported.index);
  if (/(?:^|;|\n)(?:import|export)[\s{"*]/.test(body))
    throw new Error("esbuild writes modules in a form not known here");
  return { imports, code: `$f[${number}]=()=>{${head}${body}\nreturn $m[${number}]={__proto__:null,${members}}};\n` };
}

/** `a as b,c` → `a:b,c:c`, in the form that `join` gives each pair. */
function pairs(list: string, join: (first: string, second: string) => string): string {
  return list
    .split(",")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [first = "", second = first] = entry.trim().split(" as ");
      return join(first, second);
    })
    .join(",");
}
