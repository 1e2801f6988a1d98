/** Names that address things: tenants, functions, versions and triggers. Every name is safe in a path, key and label. */

export const DEFAULT_TENANT = "default";
export const LATEST = "$LATEST";

/** Lambda's function-name alphabet and length (64). */
export const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;
export const TRIGGER_NAME = /^[A-Za-z0-9_-]{1,64}$/;
export const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
/** `$LATEST`, the number of a version, or an alias. */
export const QUALIFIER = /^(\$LATEST|[A-Za-z0-9_-]{1,128})$/;

/** A function of one tenant; `key` forms below are what Redis keys, log fields and frames use. */
export interface FunctionRef {
  readonly tenant: string;
  readonly name: string;
}

/** `tenant.name`: unique, because a tenant's name holds no dot. */
export function functionKey(ref: FunctionRef): string {
  return `${ref.tenant}.${ref.name}`;
}

export function parseFunctionKey(key: string): FunctionRef {
  const dot = key.indexOf(".");
  return { tenant: key.slice(0, dot), name: key.slice(dot + 1) };
}

/** `tenant.name@version`: names code and configuration that never change. */
export function versionKey(ref: FunctionRef & { readonly version: string }): string {
  return `${functionKey(ref)}@${ref.version}`;
}

/** Splits `name` or `name:qualifier`; undefined when either part is not a legal name. */
export function parseQualifiedName(text: string): { name: string; qualifier: string } | undefined {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const qualifier = colon < 0 ? LATEST : text.slice(colon + 1);
  return FUNCTION_NAME.test(name) && QUALIFIER.test(qualifier) ? { name, qualifier } : undefined;
}

export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export function functionArn(place: Place, name: string, qualifier?: string): string {
  const suffix = qualifier === undefined || qualifier === LATEST ? "" : `:${qualifier}`;
  return `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}${suffix}`;
}
