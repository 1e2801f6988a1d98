/** Why a signed request is not let in, in AWS's own words: clients act on `code`, people read `message`. */
export interface AwsRefusal {
  readonly status: 400 | 403;
  readonly code:
    | "MissingAuthenticationTokenException"
    | "IncompleteSignatureException"
    | "InvalidSignatureException"
    | "UnrecognizedClientException"
    | "AccessDeniedException";
  readonly message: string;
}

export interface Refused {
  readonly ok: false;
  readonly refusal: AwsRefusal;
}

function refused(code: AwsRefusal["code"], message: string): Refused {
  return { ok: false, refusal: { status: 403, code, message } };
}

export const incomplete = (message: string): Refused => refused("IncompleteSignatureException", message);
export const invalid = (message: string): Refused => refused("InvalidSignatureException", message);

export const MISSING = refused("MissingAuthenticationTokenException", "Missing Authentication Token");
export const UNRECOGNISED = refused(
  "UnrecognizedClientException",
  "The security token included in the request is invalid.",
);
export const MISMATCH = invalid(
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and " +
    "signing method. Consult the service documentation for details.",
);
