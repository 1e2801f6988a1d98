export type { CliHost, InputStream, OutputStream } from "./cli-host.ts";
export { runCli } from "./run-cli.ts";
