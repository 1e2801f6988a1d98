export { createTempFolder, type TempFolder } from "./temp-folder.ts";
export { zipOf } from "./zip-writer.ts";
