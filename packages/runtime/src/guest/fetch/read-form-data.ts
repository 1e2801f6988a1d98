import { loadUrl } from "../lazy.ts";
import { IntrinsicTypeError } from "../primordials.ts";
import type { Bytes } from "../web/bytes.ts";
import { FormData } from "../web/form-data.ts";
import { decodeUtf8 } from "../web/utf8.ts";
import type { MimeType } from "./mime-type.ts";
import { parseMultipart } from "./parse-multipart.ts";

/** The content of a body as its Content-Type says. @throws TypeError for other types and malformed bodies */
export function readFormData(bytes: Bytes, type: MimeType | undefined): FormData {
  switch (type?.essence) {
    case "multipart/form-data":
      return parseMultipart(bytes, type.parameters.get("boundary") ?? "");
    case "application/x-www-form-urlencoded": {
      const form = new FormData();
      const pairs = new (loadUrl().URLSearchParams)(decodeUtf8(bytes)) as unknown as Iterable<[string, string]>;
      for (const [name, value] of pairs) form.append(name, value);
      return form;
    }
    default:
      throw new IntrinsicTypeError(
        `formData() needs a body of type multipart/form-data or application/x-www-form-urlencoded, not ${type?.essence ?? "one without a type"}`,
      );
  }
}
