import { IntrinsicTypeError } from "../primordials.ts";
import type { loadUrl } from "../lazy.ts";

type UrlClasses = ReturnType<typeof loadUrl>;

/** `node:url`, as far as it is about WHATWG URLs. */
export function urlModule({ URL, URLSearchParams }: UrlClasses) {
  return {
    URL,
    URLSearchParams,
    fileURLToPath: (input: unknown): string => {
      const url = new URL(String(input));
      if (url.protocol !== "file:") throw new IntrinsicTypeError("The URL must be of scheme file");
      return decodeURIComponent(url.pathname);
    },
    pathToFileURL: (path: string): InstanceType<typeof URL> => {
      const absolute = path.startsWith("/") ? path : `/var/task/${path}`;
      return new URL(`file://${absolute.replace(/[%?#\\\n\r\t]/g, (char) => encodeURIComponent(char))}`);
    },
    domainToASCII: (domain: string): string =>
      URL.canParse(`ws://${domain}`) ? new URL(`ws://${domain}`).hostname : "",
  };
}
