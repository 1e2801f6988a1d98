/** Takes the place of a module that would register the legacy encodings. */
export const ENCODINGS = ["utf-8"];
