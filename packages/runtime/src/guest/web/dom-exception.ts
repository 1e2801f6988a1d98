import {
  brand,
  captureStackTrace,
  defineHidden,
  IntrinsicError,
  objectDefineProperty,
  toText,
} from "../primordials.ts";

/** Names with a legacy code, by Web IDL: the code is the place in this list, from 1. */
const LEGACY: readonly (readonly [name: string, constant: string])[] = [
  ["IndexSizeError", "INDEX_SIZE_ERR"],
  ["", "DOMSTRING_SIZE_ERR"],
  ["HierarchyRequestError", "HIERARCHY_REQUEST_ERR"],
  ["WrongDocumentError", "WRONG_DOCUMENT_ERR"],
  ["InvalidCharacterError", "INVALID_CHARACTER_ERR"],
  ["", "NO_DATA_ALLOWED_ERR"],
  ["NoModificationAllowedError", "NO_MODIFICATION_ALLOWED_ERR"],
  ["NotFoundError", "NOT_FOUND_ERR"],
  ["NotSupportedError", "NOT_SUPPORTED_ERR"],
  ["InUseAttributeError", "INUSE_ATTRIBUTE_ERR"],
  ["InvalidStateError", "INVALID_STATE_ERR"],
  ["SyntaxError", "SYNTAX_ERR"],
  ["InvalidModificationError", "INVALID_MODIFICATION_ERR"],
  ["NamespaceError", "NAMESPACE_ERR"],
  ["InvalidAccessError", "INVALID_ACCESS_ERR"],
  ["", "VALIDATION_ERR"],
  ["TypeMismatchError", "TYPE_MISMATCH_ERR"],
  ["SecurityError", "SECURITY_ERR"],
  ["NetworkError", "NETWORK_ERR"],
  ["AbortError", "ABORT_ERR"],
  ["URLMismatchError", "URL_MISMATCH_ERR"],
  ["QuotaExceededError", "QUOTA_EXCEEDED_ERR"],
  ["TimeoutError", "TIMEOUT_ERR"],
  ["InvalidNodeTypeError", "INVALID_NODE_TYPE_ERR"],
  ["DataCloneError", "DATA_CLONE_ERR"],
];

export class DOMException extends IntrinsicError {
  readonly #name: string;

  constructor(message: unknown = "", nameOrOptions: unknown = "Error") {
    super(toText(message));
    if (typeof nameOrOptions === "object" && nameOrOptions !== null) {
      const options = nameOrOptions as { name?: unknown; cause?: unknown };
      this.#name = options.name === undefined ? "Error" : toText(options.name);
      if (options.cause !== undefined) defineHidden(this, "cause", options.cause);
    } else {
      this.#name = toText(nameOrOptions);
    }
    // Taken anew, because the first line of a stack is fixed when it is taken, and the name is known only now.
    captureStackTrace(this, new.target);
  }

  override get name(): string {
    return #name in this ? this.#name : "Error";
  }

  get code(): number {
    for (let at = 0; at < LEGACY.length; at++) if (LEGACY[at]?.[0] === this.#name) return at + 1;
    return 0;
  }
}

brand(DOMException, "DOMException");
for (let at = 0; at < LEGACY.length; at++) {
  const constant = LEGACY[at]?.[1] as string;
  objectDefineProperty(DOMException, constant, fixed(at + 1));
  objectDefineProperty(DOMException.prototype, constant, fixed(at + 1));
}

function fixed(value: number): PropertyDescriptor {
  return { __proto__: null, value, enumerable: true } as PropertyDescriptor;
}
