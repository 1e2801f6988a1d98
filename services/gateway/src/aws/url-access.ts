import type { IncomingMessage } from "node:http";
import { type FunctionRef, functionArn, LIMITS, type Place } from "@sluice/core";
import { LambdaError } from "../lambda-api/lambda-error.ts";
import type { Caller } from "../lambda-api/operation.ts";
import { readRaw } from "../request/read-raw.ts";
import type { IamCaller } from "../sources/url-event.ts";
import type { AwsAccess } from "./aws-access.ts";

export interface SignedUrl {
  readonly ref: FunctionRef;
  readonly qualifier: string;
  /** As it was sent, before any router took something off. */
  readonly url: string;
}

export type Admission =
  | { readonly ok: true; readonly body: Buffer; readonly caller: IamCaller }
  /** Status 403. */
  | { readonly ok: false; readonly body: string; readonly errorType?: string };

const ACTION = "lambda:InvokeFunctionUrl";
/** What a resource policy's conditions may compare with. */
const CONTEXT = { "lambda:FunctionUrlAuthType": "AWS_IAM", "lambda:InvokedViaFunctionUrl": "true" };

const FORBIDDEN: Admission = { ok: false, body: '{"Message":"Forbidden"}', errorType: "AccessDeniedException" };
const UNSIGNED: Admission = {
  ok: false,
  body: JSON.stringify({
    Message:
      "Forbidden. This function URL takes requests signed with AWS Signature Version 4 for the service 'lambda', by a key " +
      `that may do ${ACTION}.`,
  }),
  errorType: "AccessDeniedException",
};

/** Who may call a function URL whose AuthType is AWS_IAM. */
export class UrlAccess {
  readonly #access: AwsAccess;
  readonly #place: Place;

  constructor(options: { readonly access: AwsAccess; readonly place: Place }) {
    this.#access = options.access;
    this.#place = options.place;
  }

  /** @throws PlatformError Request.TooLarge, Request.Malformed when the sender hung up, Service.Unavailable */
  async admit(request: IncomingMessage, { ref, qualifier, url }: SignedUrl): Promise<Admission> {
    let body: Buffer = Buffer.alloc(0);
    const read = async (): Promise<Buffer> => (body = await readRaw(request, LIMITS.payloadBytesMax));
    try {
      const caller = await this.#access.authenticate(request, "lambda", url)(read);
      // Policies name functions without their tenant.
      if (caller.tenant !== ref.tenant) return FORBIDDEN;
      const resourceArn = functionArn(this.#place, ref.name, qualifier);
      await this.#access.authorise({ caller, action: ACTION, resourceArn, context: CONTEXT });
      return { ok: true, body, caller: this.#tell(caller) };
    } catch (error) {
      if (error instanceof LambdaError) return refuse(error);
      throw error;
    }
  }

  #tell({ key, principal = "" }: Caller): IamCaller {
    return { accessKey: key?.accessKeyId ?? "", accountId: this.#place.accountId, userArn: principal };
  }
}

/** A policy's reasons are for its owner; what is wrong with a signature helps only who made it. */
function refuse({ type, message }: LambdaError): Admission {
  if (type === "AccessDeniedException") return FORBIDDEN;
  if (type === "MissingAuthenticationTokenException") return UNSIGNED;
  return { ok: false, body: JSON.stringify({ message }), errorType: type };
}
