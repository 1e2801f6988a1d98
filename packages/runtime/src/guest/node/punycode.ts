/** `node:punycode`, which is deprecated and which old packages still ask for. */
export const punycode = require("punycode/punycode.js") as unknown;
