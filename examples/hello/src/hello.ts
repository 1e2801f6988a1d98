interface HelloEvent {
  /** `npx sluice invoke hello --event '{"name":"you"}'` */
  readonly name?: string;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Context {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** What a handler returns becomes the JSON body of the answer, unless it has a `statusCode`. */
export const handler = async (event: HelloEvent, context: Context): Promise<object> => {
  const name = event.queryStringParameters?.["name"] ?? nameIn(event.body ?? "") ?? event.name ?? "world";
  console.log(`greeting ${name}, ${context.getRemainingTimeInMillis()} ms left`);
  return {
    message: `${process.env["GREETING"] ?? "Hello"}, ${name}!`,
    function: context.functionName,
    version: context.functionVersion,
    requestId: context.awsRequestId,
  };
};

/** The `name` of a JSON body, if it is one. */
function nameIn(body: string): string | undefined {
  try {
    const { name } = JSON.parse(body) as { readonly name?: unknown };
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
