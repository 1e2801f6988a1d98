import { EXITED, handler, OUT_OF_MEMORY, type Program, TIMED_OUT } from "./program.ts";

/** Where the engine counts, the guest may get a RangeError of its own; where it aborts, the process goes. */
const ENDS = { in: [OUT_OF_MEMORY, EXITED, "RangeError"], saying: /memoryMb \d+/ };

function greedy(name: string, body: string, ends: Program["ends"] = ENDS): Program {
  return { name, code: handler(body), timeoutMs: 60_000, memoryMb: 32, ends };
}

/** Takes its memory so slowly that its deadline may come first. */
function slow(name: string, body: string): Program {
  const ends = { in: [...ENDS.in, "CompileError", TIMED_OUT], saying: /memoryMb \d+|timeoutMs \d+/ };
  return { ...greedy(name, body, ends), timeoutMs: 2_000 };
}

const HEAP = { in: [OUT_OF_MEMORY, EXITED], saying: /heap.*memoryMb 32|memoryMb 32.*heap|memoryMb 32/ };

export const greedyPrograms: readonly Program[] = [
  greedy("growing objects", "const a = []; for (;;) a.push({ x: Math.random() });", HEAP),
  greedy("growing arrays", "const a = []; for (;;) a.push(new Array(1000).fill(1));", HEAP),
  greedy("a growing Map", "const m = new Map(); for (let n = 0; ; n++) m.set(n, n);"),
  greedy("a growing Set", "const s = new Set(); for (let n = 0; ; n++) s.add(n + 0.5);"),
  greedy("symbols without end", "const a = []; for (let n = 0; ; n++) a.push(Symbol.for('k' + n));", HEAP),
  greedy("string keys without end", "const o = {}; for (let n = 0; ; n++) o['k' + n] = n;"),
  greedy("a huge string cut in characters", "return 'a'.repeat(2 ** 28).split('').length;"),
  slow("one huge filled array", "return new Array(1e8).fill(0).length;"),
  greedy("an array of a large buffer", "return Array.from(new Uint8Array(100 * 2 ** 20)).length;"),
  greedy("growing byte arrays", "const a = []; for (;;) a.push(new Uint8Array(2 ** 20).fill(1));"),
  greedy(
    "resizable buffers",
    "const a = []; for (;;) { const b = new ArrayBuffer(1, { maxByteLength: 2 ** 26 }); b.resize(2 ** 26); new Uint8Array(b).fill(1); a.push(b); }",
  ),
  greedy(
    "buffers with a maximum",
    "const a = []; for (;;) { const b = new ArrayBuffer(2 ** 26, { maxByteLength: 2 ** 26 }); new Uint8Array(b).fill(1); a.push(b); }",
  ),
  greedy(
    "shared WebAssembly memories",
    "const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 512, maximum: 512, shared: true }); new Uint8Array(m.buffer).fill(1); a.push(m); }",
  ),
  greedy(
    "WebAssembly memories",
    "const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 512 }); new Uint8Array(m.buffer).fill(1); a.push(m); }",
  ),
  greedy(
    "a WebAssembly memory that grows",
    "const m = new WebAssembly.Memory({ initial: 1 }); for (;;) { m.grow(256); new Uint8Array(m.buffer).fill(1); }",
  ),
  greedy(
    "WebAssembly tables",
    "const a = []; for (;;) a.push(new WebAssembly.Table({ initial: 1e6, element: 'anyfunc' }));",
  ),
  slow("empty WebAssembly memories", "const a = []; for (;;) a.push(new WebAssembly.Memory({ initial: 0 }));"),
  slow("date formats without end", "const a = []; for (;;) a.push(new Intl.DateTimeFormat('de'));"),
  greedy("amplification by replace", "let s = 'a'.repeat(2 ** 20); for (;;) s = s.replace(/a/g, 'aaaa');"),
  greedy(
    "amplification by normalize",
    "let s = '\\ufdfa'.repeat(2 ** 20); for (;;) s = s.normalize('NFKD').repeat(2);",
  ),
  slow("compiled WebAssembly without end", compileFlood()),
  greedy("a closure for every call and none let go", "const a = []; for (;;) a.push(() => a);", HEAP),
];

function compileFlood(): string {
  // One function whose body is two megabytes of nop.
  return (
    "const n = 2 ** 21; const leb = (v) => { const out = []; do { out.push((v & 127) | (v > 127 ? 128 : 0)); v >>>= 7; } while (v); return out; };" +
    "const body = [...leb(n + 2), 0]; const size = leb(1 + leb(n + 2).length + n + 2);" +
    "const head = [0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,10,...size,1,...body];" +
    "const bytes = new Uint8Array(head.length + n + 1).fill(1); bytes.set(head); bytes[bytes.length - 1] = 11;" +
    "const a = []; for (;;) a.push(new WebAssembly.Instance(new WebAssembly.Module(bytes)));"
  );
}
