import { check, describeThrown, format } from "./check.js";

export const isErrorOf = (error, constructor) =>
  typeof error === "object" && error !== null && error.constructor === constructor && error.name === constructor.name;

export function checkJsError(name, constructor, error, description) {
  check(
    isErrorOf(error, constructor),
    name,
    description,
    `threw ${describeThrown(error)}, expected ${constructor.name}`,
  );
}

export const LEGACY_NAMES = Object.fromEntries(
  Object.keys(DOMException)
    .filter((key) => key.endsWith("_ERR"))
    .map((key) => [key, DOMException[key]]),
);

export function checkDomError(name, type, error, description) {
  const text = `threw ${describeThrown(error)}, expected a DOMException ${type}`;
  check(error instanceof DOMException && error.constructor === DOMException, name, description, text);
  const code = typeof type === "number" ? type : LEGACY_NAMES[type];
  check(code === undefined ? error.name === type : error.code === code, name, description, text);
}

export function thrownBy(name, func, description) {
  let returned;
  try {
    returned = func();
  } catch (error) {
    return error;
  }
  return check(false, name, description, `the function did not throw, it returned ${format(returned)}`);
}

export async function rejectionOf(name, promise, description) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  return check(false, name, description, `the promise did not reject, it gave ${format(value)}`);
}
