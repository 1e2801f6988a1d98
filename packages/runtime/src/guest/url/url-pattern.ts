import { brand } from "../primordials.ts";

/** A polyfill of the standard's own authors. It asks the global `URL`, which is there before anybody can use it. */
const polyfill = require("urlpattern-polyfill/urlpattern") as { readonly URLPattern: { readonly prototype: object } };

export const { URLPattern } = polyfill;

brand(URLPattern, "URLPattern");
