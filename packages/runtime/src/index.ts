export { bundlePrelude } from "./bundle-prelude.ts";
export type { Call, Send } from "./guest/bridge/host.ts";
export type { Dispatch } from "./guest/prelude.ts";
