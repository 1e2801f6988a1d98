import { loadUrl } from "../lazy.ts";
import { invalidArgType, nodeError } from "./node-error.ts";

interface UrlLike {
  readonly href: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  username: string;
  password: string;
  hash: string;
  search: string;
}

interface UrlClasses {
  readonly URL: { new (input: string, base?: string): UrlLike; canParse(input: string): boolean };
  readonly URLSearchParams: unknown;
}

interface LegacyUrl {
  parse(address: string, parseQuery?: boolean, slashesDenoteHost?: boolean): Record<string, unknown>;
  format(address: unknown): string;
  resolve(from: string, to: string): string;
  resolveObject(from: unknown, to: unknown): unknown;
  Url: unknown;
}

interface FormatOptions {
  readonly auth?: boolean;
  readonly fragment?: boolean;
  readonly search?: boolean;
  readonly unicode?: boolean;
}

const { URL, URLSearchParams } = loadUrl() as unknown as UrlClasses;
const legacy = require("url/url.js") as LegacyUrl;

function fileURLToPath(input: unknown): string {
  const isUrl = typeof input === "object" && input !== null && "href" in input;
  if (typeof input !== "string" && !isUrl) throw invalidArgType("path", "of type string or an instance of URL", input);
  const url = new URL(String(typeof input === "string" ? input : (input as UrlLike).href));
  if (url.protocol !== "file:") throw nodeError(TypeError, "ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
  if (url.hostname !== "") {
    throw nodeError(TypeError, "ERR_INVALID_FILE_URL_HOST", 'File URL host must be "localhost" or empty on linux');
  }
  if (/%2f/i.test(url.pathname)) {
    throw nodeError(TypeError, "ERR_INVALID_FILE_URL_PATH", "File URL path must not include encoded / characters");
  }
  return decodeURIComponent(url.pathname);
}

function pathToFileURL(path: unknown): UrlLike {
  if (typeof path !== "string") throw invalidArgType("path", "of type string", path);
  const { resolve } = require("path-browserify") as { resolve(...parts: string[]): string };
  const absolute = resolve(path) + (path.endsWith("/") && resolve(path) !== "/" ? "/" : "");
  return new URL(`file://${absolute.replace(/[%?#\\\n\r\t]/g, (char) => encodeURIComponent(char))}`);
}

function isUrlObject(value: unknown): value is UrlLike {
  return typeof value === "object" && value !== null && "href" in value && "searchParams" in value;
}

function format(address: unknown, options: FormatOptions = {}): string {
  if (!isUrlObject(address)) {
    const isText = typeof address === "string";
    if (!isText && (typeof address !== "object" || address === null)) {
      throw invalidArgType("urlObject", "one of type object or string", address);
    }
    return legacy.format(address);
  }
  const copy = new URL(address.href);
  if (options.auth === false) {
    copy.username = "";
    copy.password = "";
  }
  if (options.fragment === false) copy.hash = "";
  if (options.search === false) copy.search = "";
  return copy.href;
}

function parse(address: unknown, parseQuery?: boolean, slashesDenoteHost?: boolean): Record<string, unknown> {
  if (typeof address !== "string") throw invalidArgType("url", "of type string", address);
  return legacy.parse(address, parseQuery, slashesDenoteHost);
}

/** The options of `http.request` for an address. */
function urlToHttpOptions(url: UrlLike): Record<string, unknown> {
  const { hostname, username, password } = url;
  return {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search: url.search,
    pathname: url.pathname,
    path: `${url.pathname}${url.search}`,
    href: url.href,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    ...(username === "" && password === ""
      ? {}
      : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
  };
}

const asciiOf = (domain: unknown): string =>
  URL.canParse(`ws://${String(domain)}`) ? new URL(`ws://${String(domain)}`).hostname : "";

/** `node:url`. */
export const urlModule = {
  URL,
  URLSearchParams,
  Url: legacy.Url,
  parse,
  format,
  resolve: (from: string, to: string): string => legacy.resolve(from, to),
  resolveObject: (from: unknown, to: unknown): unknown => legacy.resolveObject(from, to),
  fileURLToPath,
  fileURLToPathBuffer: (input: unknown): Buffer => Buffer.from(fileURLToPath(input)),
  pathToFileURL,
  urlToHttpOptions,
  domainToASCII: asciiOf,
  domainToUnicode: (domain: unknown): string =>
    (require("punycode/punycode.js") as { toUnicode(domain: string): string }).toUnicode(asciiOf(domain)),
};
