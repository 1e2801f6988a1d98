export { type Bundle, type BundleFault, bundleFunction } from "./bundle.ts";
export { readWasiProgram } from "./wasi-program.ts";
