import { InvokeCommand, type InvokeCommandInput, LambdaClient } from "@aws-sdk/client-lambda";
import type { Stack } from "../support/stack.ts";
import type { HttpTarget } from "./http-target.ts";
import { productTarget } from "./product-stack.ts";

const REGION = "us-east-1";

/** AWS's own client, pointed at the product. */
export async function createLambdaClient(stack: Stack): Promise<LambdaClient> {
  const [accessKeyId = "", secretAccessKey = ""] = (await stack.token()).split(/\.(.*)/s);
  return new LambdaClient({
    endpoint: stack.endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey },
  });
}

/**
 * A call of the Lambda API as its client signs it. A signature is good for fifteen minutes, so the load sends the same
 * bytes again and again, and the client's own work is not measured.
 */
export async function invokeTarget(
  stack: Stack,
  input: InvokeCommandInput & { readonly Payload: string },
  status: number,
): Promise<HttpTarget> {
  const client = await createLambdaClient(stack);
  const { promise: signed, resolve } = Promise.withResolvers<SignedRequest>();
  client.middlewareStack.add(
    () => async (args) => {
      resolve(args.request as SignedRequest);
      throw new Error("signed, and not to be sent");
    },
    { step: "finalizeRequest", priority: "low", name: "keepSigned" },
  );
  await client.send(new InvokeCommand(input)).catch(() => undefined);
  client.destroy();
  const { path, headers } = await signed;
  const { "content-length": _length, host: _host, ...rest } = headers;
  return { ...productTarget(stack, path, status), headers: rest, body: input.Payload };
}

interface SignedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}
