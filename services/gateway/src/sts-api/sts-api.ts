import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessKey, Place } from "@sluice/core";
import { type OpenedCall, sendAwsAnswer } from "../aws-api/aws-call.ts";
import { AwsError, type AwsErrorDeps, toAwsError } from "../aws-api/aws-error.ts";
import { escapeXml, writeXmlError } from "../aws-api/xml.ts";
import { principalArn } from "../auth/access.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
const CONTENT_TYPE = "text/xml";

export interface StsApiDeps extends AwsErrorDeps {
  readonly place: Place;
}

/** Who calls, with the key itself: what this interface tells of. */
export interface KeyCall extends OpenedCall {
  readonly key: AccessKey;
}

/**
 * What clients ask of STS before anything else: whose key it is. It needs no permission, as in AWS, and there is no
 * other operation: keys here are not borrowed.
 */
export class StsApi {
  readonly #deps: StsApiDeps;

  constructor(deps: StsApiDeps) {
    this.#deps = deps;
  }

  /** Never rejects: every failure is an answer. */
  async handle(request: IncomingMessage, response: ServerResponse, open: () => Promise<KeyCall>): Promise<void> {
    const requestId = this.#deps.newId();
    const answer = { requestId, contentType: CONTENT_TYPE };
    try {
      const { key, body } = await open();
      const action = readAction(request, body);
      if (action !== "GetCallerIdentity") throw unknownAction(action);
      sendAwsAnswer(response, { ...answer, status: 200, body: this.#identity(key, requestId) });
    } catch (thrown) {
      const error = toAwsError(thrown, this.#deps, () => undefined);
      const text = writeXmlError(error, { namespace: NAMESPACE, requestId });
      sendAwsAnswer(response, { ...answer, status: error.status, body: text });
    }
  }

  #identity(key: AccessKey, requestId: string): string {
    const { place } = this.#deps;
    const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;
    const result =
      element("Arn", principalArn(key, place)) +
      element("UserId", key.accessKeyId) +
      element("Account", place.accountId);
    const metadata = `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata>`;
    return `<?xml version="1.0"?><GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>${result}</GetCallerIdentityResult>${metadata}</GetCallerIdentityResponse>`;
  }
}

/** In the form, or in the query of a request that was signed for somebody else to send. */
function readAction(request: IncomingMessage, body: Uint8Array): string {
  const search = (request.url ?? "").split("?")[1] ?? "";
  const parameters = new URLSearchParams(request.method === "GET" ? search : Buffer.from(body).toString());
  return parameters.get("Action") ?? "";
}

function unknownAction(action: string): AwsError {
  return new AwsError(
    "InvalidAction",
    `Could not find operation ${action.slice(0, 100)} here; only GetCallerIdentity.`,
  );
}
