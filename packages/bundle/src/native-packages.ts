/**
 * Packages that are native code, or load some and cannot do without, each with what does the same in a function. A
 * package that is not here is known by the `.node` file that it loads.
 */
export const NATIVE_PACKAGES: Readonly<Record<string, string>> = {
  sharp:
    "use a WebAssembly codec for images: @jsquash/jpeg, @jsquash/png, @jsquash/webp and @jsquash/resize, as examples/thumbnails does",
  canvas: "use a WebAssembly build such as @jsquash/jpeg or @resvg/resvg-wasm for pictures",
  "@napi-rs/canvas": "use a WebAssembly build such as @jsquash/jpeg or @resvg/resvg-wasm for pictures",
  bcrypt: "use bcryptjs, or crypto.scrypt of node:crypto",
  argon2: "use hash-wasm, or crypto.scrypt of node:crypto",
  "better-sqlite3": "use sql.js, a WebAssembly build of SQLite, the key-value store or a database server",
  sqlite3: "use sql.js, a WebAssembly build of SQLite, the key-value store or a database server",
  libsql: "use @libsql/client/web, which speaks HTTP",
  "pg-native": "use pg without it",
  "node-sass": "use sass",
  snappy: "use snappyjs",
  re2: "use the language's own regular expressions, or re2-wasm",
  "tree-sitter": "use web-tree-sitter",
  "onnxruntime-node": "use onnxruntime-web",
  "@tensorflow/tfjs-node": "use @tensorflow/tfjs",
  "node-rdkafka": "use kafkajs",
  esbuild: "use esbuild-wasm, or bundle before you deploy",
  "@swc/core": "use @swc/wasm-web, or compile before you deploy",
};

/** What packages find their native code with; a call of it is what fails. */
export const ADDON_LOADERS: readonly string[] = [
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "@mapbox/node-pre-gyp",
  "node-pre-gyp",
];

export const NO_NATIVE_CODE =
  "use a package in JavaScript or WebAssembly instead, or call a service that runs where native code can";
