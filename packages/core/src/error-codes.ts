/**
 * The one table of platform error codes: what happened, the HTTP status it maps to, whether a caller may simply try
 * again, and what to do about it. `docs/errors.md` mirrors this table (a test compares them). Failures of a user's own
 * code are not here: they are data (`invocation-outcome.ts`), because they belong to the function, not to the platform.
 */
export interface ErrorCodeEntry {
  readonly status: number;
  readonly retryable: boolean;
  readonly meaning: string;
  readonly fix: string;
}

const entry = (status: number, retryable: boolean, meaning: string, fix: string): ErrorCodeEntry => ({
  status,
  retryable,
  meaning,
  fix,
});

export const ERROR_CODES = {
  "Request.Malformed": entry(
    400,
    false,
    "The request is not in the form this address takes.",
    "Correct what the message names and send it again.",
  ),
  "Request.InvalidJson": entry(
    400,
    false,
    "The request body is not valid JSON.",
    "Send valid UTF-8 JSON; the message names the place where parsing stopped.",
  ),
  "Request.TooLarge": entry(
    413,
    false,
    "The request body is larger than this address takes.",
    "Send at most the size that the message names; put larger data into object storage and send its key.",
  ),
  "Request.UnsupportedEncoding": entry(
    415,
    false,
    "The request body is compressed in a way the gateway does not read.",
    "Send the body without a Content-Encoding header.",
  ),
  "Request.NotFound": entry(404, false, "Nothing is served at this address.", "Check the path and the method."),
  "Request.MethodNotAllowed": entry(
    405,
    false,
    "This address does not take this method.",
    "Use the method that the Allow header names.",
  ),
  "Auth.Missing": entry(
    401,
    false,
    "The request carries no credentials.",
    "Send the key of .sluice/credentials as 'Authorization: Bearer <access key id>.<secret access key>'.",
  ),
  "Auth.Invalid": entry(
    401,
    false,
    "The credentials or the signature are not valid.",
    "Check the key, token or secret; a signed request must be signed over its raw body.",
  ),
  "Auth.Forbidden": entry(
    403,
    false,
    "The key may not do this.",
    "Use a key whose policy allows it; 'npx sluice keys create' makes one.",
  ),
  "Key.NotFound": entry(404, false, "No access key has this id.", "List the keys with 'npx sluice keys list'."),
  "Key.LastAdmin": entry(
    409,
    false,
    "This is the last key with access to everything, so it stays.",
    "Make another one first: 'npx sluice keys create <name> --policy admin'.",
  ),
  "Key.LimitReached": entry(
    409,
    false,
    "The tenant has as many access keys as it may have.",
    "Delete keys that are not used any more.",
  ),
  "Tenant.NameTaken": entry(409, false, "A tenant of this name exists.", "Choose another name."),
  "Tenant.LimitReached": entry(409, false, "There are as many tenants as there may be.", "Use an existing tenant."),
  "Function.NotFound": entry(
    404,
    false,
    "No function has this name.",
    "List the functions with 'npx sluice list', or deploy it with 'npx sluice deploy'.",
  ),
  "Function.VersionNotFound": entry(
    404,
    false,
    "The function has no such version.",
    "Leave the qualifier out to run the latest version.",
  ),
  "Function.NoUrl": entry(
    404,
    false,
    "The function has no http trigger, so it has no address.",
    "Add '- http: {}' to its triggers in sluice.yaml and deploy it.",
  ),
  "Trigger.NotFound": entry(
    404,
    false,
    "No trigger has this name.",
    "Check the name under 'triggers' in sluice.yaml and deploy it.",
  ),
  "Trigger.NameTaken": entry(
    409,
    false,
    "Another function owns a trigger of this name.",
    "Give the trigger another name, or remove it from the other function first.",
  ),
  "Trigger.CredentialsMissing": entry(
    401,
    false,
    "This address is protected, and the request carries no token or signature.",
    "Send the token or signature that the owner of this address gave you.",
  ),
  "Trigger.CredentialsInvalid": entry(
    401,
    false,
    "The token or signature is not the one that this address takes.",
    "Check the token or secret with the owner of this address; a signature is made over the raw body.",
  ),
  "Queue.NotFound": entry(404, false, "No queue has this name.", "Check the name, or create the queue first."),
  "Queue.TooMany": entry(
    409,
    false,
    "The tenant has as many queues as it may have.",
    "Delete queues that are no longer used.",
  ),
  "Stream.NotFound": entry(404, false, "No stream has this name.", "Check the name, or create the stream first."),
  "Stream.TooMany": entry(
    409,
    false,
    "The tenant has as many streams as it may have.",
    "Delete streams that are no longer used.",
  ),
  "Invocation.NotFound": entry(
    404,
    false,
    "No invocation with this id is known any more.",
    "Completed invocations are kept for a day; check the id and the function.",
  ),
  "Invocation.Recursive": entry(
    400,
    false,
    "The function was invoked too often in one chain of invocations that leads back to itself, so the chain was ended.",
    "Find what makes the function start itself again; if it is meant to, set its recursive loop setting to Allow.",
  ),
  "Manifest.Invalid": entry(
    400,
    false,
    "The deployment is not valid.",
    "Correct each fault that the message lists and deploy again.",
  ),
  "Artifact.Corrupt": entry(
    500,
    true,
    "The stored code does not match its digest and was not run.",
    "Deploy the function again; if it comes back, check the Redis server's disk.",
  ),
  "Capacity.Exhausted": entry(
    429,
    true,
    "Every worker is full.",
    "Try again after the Retry-After time, or start more workers.",
  ),
  "Capacity.FunctionLimit": entry(
    429,
    true,
    "The function runs as often at once as its concurrency allows.",
    "Try again after the Retry-After time, or raise 'concurrency' in sluice.yaml.",
  ),
  "Capacity.NoWorker": entry(
    503,
    true,
    "No worker is running.",
    "Start one with 'npm run worker' and check that it uses the same REDIS_URL.",
  ),
  "Worker.Lost": entry(
    502,
    false,
    "The worker was lost while it ran this call; it may have run in part.",
    "Call again if the function is safe to run twice.",
  ),
  "Service.Unavailable": entry(
    503,
    true,
    "Redis cannot be reached, so nothing can be accepted.",
    "Try again after the Retry-After time; check the Redis server.",
  ),
  "Service.Draining": entry(
    503,
    true,
    "This process is shutting down and takes no new work.",
    "Try again; another process will answer.",
  ),
  "Service.StorageFull": entry(
    507,
    true,
    "Redis refuses writes because its memory or disk is full.",
    "Free memory, or raise maxmemory on the Redis server.",
  ),
  "Internal.Error": entry(
    500,
    true,
    "Something went wrong inside Sluice.",
    "Look the error id up in the log of the service that answered.",
  ),
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
