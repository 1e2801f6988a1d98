import type { IncomingMessage } from "node:http";
import { type AccessKey, type FunctionSettings, LATEST, type PermissionPolicy, type Place } from "@sluice/core";
import type { FunctionCache } from "@sluice/store";
import { AwsError } from "../aws-api/aws-error.ts";
import { principalArn, refuseAccess } from "../auth/access.ts";
import { readSigned } from "../auth/read-signed.ts";
import type { AwsRefusal } from "../auth/sigv4/refusal.ts";
import type { SignatureVerifier } from "../auth/sigv4/verifier.ts";
import type { Authenticate, AuthoriseRequest } from "../lambda-api/lambda-api.ts";
import { parseFunctionReference } from "../lambda-api/function-reference.ts";
import { LambdaError } from "../lambda-api/lambda-error.ts";
import type { Caller } from "../lambda-api/operation.ts";
import type { KeyCall } from "../sts-api/sts-api.ts";
import { permits, type PolicyContext } from "./resource-policy.ts";

export interface AwsAccessOptions {
  readonly verifier: SignatureVerifier;
  readonly functions: FunctionCache;
  readonly place: Place;
}

/** Who sends a signed request, and what they may do. */
export class AwsAccess {
  readonly #options: AwsAccessOptions;

  constructor(options: AwsAccessOptions) {
    this.#options = options;
  }

  /**
   * Of a request whose head is refused, no body is read.
   *
   * @param url as it was sent, where a router took something off since
   */
  authenticate(request: IncomingMessage, service: string, url: string = request.url ?? "/"): Authenticate {
    return async (readBody) => {
      const { method = "GET", rawHeaders } = request;
      const opened = await this.#options.verifier.open({ method, url, rawHeaders }, service);
      if (!opened.ok) throw toLambdaError(opened.refusal);
      const verified = opened.complete(await readBody());
      if (!verified.ok) throw toLambdaError(verified.refusal);
      const { key } = verified;
      return { tenant: key.tenant, key, principal: principalArn(key, this.#options.place) };
    };
  }

  /** The same for services that answer errors in forms of their own. */
  open(request: IncomingMessage, service: string, limitBytes: number): () => Promise<KeyCall> {
    const { verifier, place } = this.#options;
    return async () => {
      const read = await readSigned(verifier, request, { service, limitBytes });
      if (!read.ok) throw toAwsError(read.refusal);
      const { key, body } = read;
      const authorise = (action: string, resourceArn: string): void => {
        const refusal = refuseAccess(key, action, resourceArn, place);
        if (refusal !== undefined) throw toAwsError(refusal);
      };
      return { key, body, caller: { tenant: key.tenant, authorise } };
    };
  }

  /** Rejects with LambdaError AccessDeniedException. */
  async authorise(request: AuthoriseRequest & { readonly context?: PolicyContext }): Promise<void> {
    const { caller, action, resourceArn, context = {} } = request;
    const refusal = this.refusal(caller, action, resourceArn);
    if (refusal === undefined) return;
    // Within an account either policy is enough, unless the key's own forbids.
    if (refusal.message.includes("explicit deny") || !(await this.#permitted(request, context))) {
      throw toLambdaError(refusal);
    }
  }

  /** Why the caller's key may not do this; undefined when it may. */
  refusal(caller: Caller, action: string, resourceArn: string): AwsRefusal | undefined {
    return refuseAccess(requireKey(caller), action, resourceArn, this.#options.place);
  }

  /** Whether the function's own policy lets this key in. */
  async #permitted({ caller, action, resourceArn }: AuthoriseRequest, context: PolicyContext): Promise<boolean> {
    if (!action.startsWith("lambda:Invoke")) return false;
    const reference = parseFunctionReference(resourceArn);
    if (reference === undefined) return false;
    const settings = await this.#options.functions.settings({ tenant: caller.tenant, name: reference.name });
    const policy = ownPolicy(settings, reference.qualifier ?? LATEST);
    return policy !== undefined && permits(policy, { action, principal: caller.principal ?? "", context });
  }
}

/** A qualifier may be called as what every object has. */
function ownPolicy(settings: FunctionSettings | undefined, qualifier: string): PermissionPolicy | undefined {
  const permissions = settings?.permissions ?? {};
  return Object.hasOwn(permissions, qualifier) ? permissions[qualifier] : undefined;
}

function requireKey({ key }: Caller): AccessKey {
  if (key === undefined) throw new Error("a caller that was authenticated must have a key");
  return key;
}

function toLambdaError({ code, message, status }: AwsRefusal): LambdaError {
  return new LambdaError(code, message, { status });
}

/** The older query protocol has other names for them. */
const QUERY_CODES: Readonly<Record<AwsRefusal["code"], string>> = {
  AccessDeniedException: "AccessDenied",
  IncompleteSignatureException: "IncompleteSignature",
  InvalidSignatureException: "SignatureDoesNotMatch",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
  UnrecognizedClientException: "InvalidClientTokenId",
};

function toAwsError({ code, message, status }: AwsRefusal): AwsError {
  return new AwsError(code, message, { status, queryCode: QUERY_CODES[code] });
}
