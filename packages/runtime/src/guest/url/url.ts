import { brand } from "../primordials.ts";

interface UrlInterface {
  readonly URL: {
    new (url: string, base?: string): UrlObject;
    parse(url: string, base?: string): UrlObject | null;
    canParse(url: string, base?: string): boolean;
  };
  readonly URLSearchParams: new (init?: unknown) => SearchParams;
}

export interface UrlObject {
  href: string;
  protocol: string;
  hostname: string;
  pathname: string;
  username: string;
  password: string;
}

export interface SearchParams {
  toString(): string;
}

/** The reference implementation of the WHATWG standard; the bundler puts `idna.ts` in the place of its tables. */
const standard = require("whatwg-url/webidl2js-wrapper.js") as {
  readonly [K in keyof UrlInterface]: { install(target: object, globalNames: readonly string[]): void };
};
const installed = { Array, Object, Promise, String, TypeError } as unknown as UrlInterface;
standard.URL.install(installed, ["Worker"]);
standard.URLSearchParams.install(installed, ["Worker"]);

export const { URL, URLSearchParams } = installed;
brand(URL, "URL");
brand(URLSearchParams, "URLSearchParams");
