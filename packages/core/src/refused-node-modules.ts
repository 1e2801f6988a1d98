/**
 * Modules of Node's that a function can import and cannot use, each with what to do instead. The guest runtime says so
 * when one is used, and the CLI when a bundle imports one.
 */
export const REFUSED_NODE_MODULES: Readonly<Record<string, string>> = {
  child_process:
    "a function cannot start processes; use a JavaScript or WebAssembly package, or invoke another function",
  cluster: "the platform runs as many environments of a function as it needs; export a handler and nothing else",
  dgram: "a function has no UDP; use fetch or a TCP connection",
  domain: "domains are deprecated; use try and catch, and AsyncLocalStorage for values of an invocation",
  http2: "a function speaks HTTP through fetch and node:https",
  inspector: "a function has no inspector; write to the log, or debug the handler in Node on your own machine",
  "inspector/promises":
    "a function has no inspector; write to the log, or debug the handler in Node on your own machine",
  repl: "a function has no terminal; invoke it with events instead",
  sea: "a function is no executable; import the files that it needs, and the bundler embeds them",
  sqlite: "a function has no native database; use a WebAssembly build of SQLite, the key-value store or a server",
  test: "run tests in Node before you deploy",
  "test/reporters": "run tests in Node before you deploy",
  trace_events: "write to the log, and read the REPORT line of each attempt",
  vm: "a function is one sandbox and has no further ones inside; deploy untrusted code as a function of its own",
  wasi: "give WebAssembly.instantiate the imports that the module needs, or use a JavaScript implementation of WASI",
};
