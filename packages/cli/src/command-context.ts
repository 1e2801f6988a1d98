import { createClient, type SluiceClient } from "@sluice/client";
import { CliError, EXIT } from "./cli-error.ts";
import type { CliHost } from "./cli-host.ts";
import { findToken } from "./credentials.ts";
import { DEFAULT_ENDPOINT, findEndpoint } from "./endpoint.ts";
import { type Styles, stylesFor } from "./terminal/style.ts";

export interface GlobalOptions {
  readonly endpoint?: string;
  readonly profile: string;
}

/** What every command works with. */
export interface CommandContext {
  readonly host: CliHost;
  /** For results, on standard output. */
  readonly styles: Styles;
  /** For progress and errors, on standard error. */
  readonly noteStyles: Styles;
  /** Without a slash at its end. @throws CliError when it is not an address */
  endpoint(): string;
  /** @throws CliError no credentials */
  client(): SluiceClient;
  print(text: string): void;
  printJson(value: unknown): void;
  /** Progress, for people: never part of the result. */
  note(text: string): void;
  /** The command went as asked, but what it found calls for this exit code. */
  exitWith(code: number): void;
}

export interface ContextOptions {
  readonly host: CliHost;
  readonly globals: () => GlobalOptions;
  readonly exitWith: (code: number) => void;
}

export function createContext({ host, globals, exitWith }: ContextOptions): CommandContext {
  const { env, cwd } = host;
  const endpoint = (): string => readEndpoint(globals().endpoint ?? findEndpoint(host));
  return {
    host,
    styles: stylesFor(host.stdout, env),
    noteStyles: stylesFor(host.stderr, env),
    endpoint,
    client: () =>
      createClient({
        endpoint: endpoint(),
        token: findToken({ env, cwd, profile: globals().profile }),
        fetch: interruptible(host),
      }),
    print: (text) => host.stdout.write(text),
    printJson: (value) => host.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => host.stderr.write(`${text}\n`),
    exitWith,
  };
}

function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return text.replace(/\/+$/, "");
  throw new CliError(
    `'${text}' is not the address of a gateway.`,
    `Write one such as ${DEFAULT_ENDPOINT} after --endpoint or in SLUICE_ENDPOINT.`,
    EXIT.usage,
  );
}

/** Ctrl-C ends any request that is under way. */
function interruptible({ fetch, signal }: CliHost): typeof globalThis.fetch {
  return (input, init = {}) =>
    fetch(input, { ...init, signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal });
}
