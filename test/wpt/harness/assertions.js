import { check, format, OptionalFeatureUnsupportedError } from "./check.js";
import { checkDomError, checkJsError, rejectionOf, thrownBy } from "./thrown.js";

const arrayEquals = (name, actual, expected, same, description) => {
  check(
    typeof actual === "object" && actual !== null && "length" in actual,
    name,
    description,
    `${format(actual)} is not an array`,
  );
  check(
    actual.length === expected.length,
    name,
    description,
    `lengths differ, expected ${format(Array.from(expected))}, got ${format(Array.from(actual))}`,
  );
  for (let at = 0; at < actual.length; at++) {
    check(at in actual === at in expected, name, description, `property ${at} is there in one only`);
    check(
      same(actual[at], expected[at]),
      name,
      description,
      `property ${at}: expected ${format(expected[at])}, got ${format(actual[at])}`,
    );
  }
};

const compare = (name, holds, words) => (actual, expected, description) => {
  check(typeof actual === typeof expected, name, description, `expected a ${typeof expected}, got ${format(actual)}`);
  check(holds(actual, expected), name, description, `expected ${words} ${format(expected)}, got ${format(actual)}`);
};

const within = (name, holds) => (actual, lower, upper, description) =>
  check(
    holds(actual, lower, upper),
    name,
    description,
    `${format(actual)} is not between ${format(lower)} and ${format(upper)}`,
  );

function objectEquals(actual, expected, description) {
  const name = "assert_object_equals";
  check(
    typeof actual === "object" && actual !== null,
    name,
    description,
    `value is ${format(actual)}, expected an object`,
  );
  for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    check(key in actual && key in expected, name, description, `property ${format(key)} is there in one only`);
    if (typeof actual[key] === "object" && actual[key] !== null) objectEquals(actual[key], expected[key], description);
    else
      check(
        Object.is(actual[key], expected[key]),
        name,
        description,
        `property ${format(key)}: expected ${format(expected[key])}, got ${format(actual[key])}`,
      );
  }
}

export const asserts = {
  assert_true: (actual, description) =>
    check(actual === true, "assert_true", description, `expected true, got ${format(actual)}`),
  assert_false: (actual, description) =>
    check(actual === false, "assert_false", description, `expected false, got ${format(actual)}`),
  assert_equals: (actual, expected, description) =>
    check(
      Object.is(actual, expected),
      "assert_equals",
      description,
      `expected ${format(expected)}, got ${format(actual)}`,
    ),
  assert_not_equals: (actual, expected, description) =>
    check(!Object.is(actual, expected), "assert_not_equals", description, `got the disallowed ${format(actual)}`),
  assert_in_array: (actual, expected, description) =>
    check(expected.includes(actual), "assert_in_array", description, `${format(actual)} is not in ${format(expected)}`),
  assert_object_equals: objectEquals,
  assert_array_equals: (actual, expected, description) =>
    arrayEquals("assert_array_equals", actual, expected, Object.is, description),
  assert_array_approx_equals: (actual, expected, epsilon, description) =>
    arrayEquals("assert_array_approx_equals", actual, expected, (a, b) => Math.abs(a - b) <= epsilon, description),
  assert_approx_equals: (actual, expected, epsilon, description) =>
    check(
      actual === expected || Math.abs(actual - expected) <= epsilon,
      "assert_approx_equals",
      description,
      `expected ${format(expected)} ± ${epsilon}, got ${format(actual)}`,
    ),
  assert_less_than: compare("assert_less_than", (a, b) => a < b, "less than"),
  assert_greater_than: compare("assert_greater_than", (a, b) => a > b, "greater than"),
  assert_less_than_equal: compare("assert_less_than_equal", (a, b) => a <= b, "at most"),
  assert_greater_than_equal: compare("assert_greater_than_equal", (a, b) => a >= b, "at least"),
  assert_between_exclusive: within("assert_between_exclusive", (a, low, high) => a > low && a < high),
  assert_between_inclusive: within("assert_between_inclusive", (a, low, high) => a >= low && a <= high),
  assert_regexp_match: (actual, expected, description) =>
    check(expected.test(actual), "assert_regexp_match", description, `${format(actual)} does not match ${expected}`),
  assert_class_string: (object, name, description) => {
    const actual = Object.prototype.toString.call(object);
    check(
      actual === `[object ${name}]`,
      "assert_class_string",
      description,
      `expected [object ${name}], got ${actual}`,
    );
  },
  assert_own_property: (object, name, description) =>
    check(Object.hasOwn(object, name), "assert_own_property", description, `expected property ${format(name)}`),
  assert_not_own_property: (object, name, description) =>
    check(!Object.hasOwn(object, name), "assert_not_own_property", description, `unexpected property ${format(name)}`),
  assert_inherits: (object, name, description) =>
    check(
      !Object.hasOwn(object, name) && name in object,
      "assert_inherits",
      description,
      `property ${format(name)} is not inherited`,
    ),
  assert_idl_attribute: (object, name, description) =>
    check(name in object, "assert_idl_attribute", description, `property ${format(name)} is missing`),
  assert_readonly: (object, name, description) => {
    const before = object[name];
    try {
      object[name] = `${String(before)}changed`;
    } catch {
      // Strict code may not assign to it at all.
    }
    check(Object.is(object[name], before), "assert_readonly", description, `property ${format(name)} was changed`);
  },
  assert_throws_js: (constructor, func, description) =>
    checkJsError("assert_throws_js", constructor, thrownBy("assert_throws_js", func, description), description),
  assert_throws_dom: (type, funcOrConstructor, ...rest) => {
    // The constructor of another realm may come first; a guest has one realm.
    const [func, description] = typeof rest[0] === "function" ? rest : [funcOrConstructor, ...rest];
    checkDomError("assert_throws_dom", type, thrownBy("assert_throws_dom", func, description), description);
  },
  assert_throws_exactly: (expected, func, description) => {
    const error = thrownBy("assert_throws_exactly", func, description);
    check(
      Object.is(error, expected),
      "assert_throws_exactly",
      description,
      `threw ${format(error)}, expected ${format(expected)}`,
    );
  },
  assert_unreached: (description) => check(false, "assert_unreached", description, "Reached unreachable code"),
  assert_any: (assertion, actual, expected, ...rest) => {
    const matches = expected.some((one) => {
      try {
        assertion(actual, one, ...rest);
        return true;
      } catch {
        return false;
      }
    });
    check(matches, "assert_any", undefined, `${format(actual)} is none of ${format(expected)}`);
  },
  assert_implements: (condition, description) =>
    check(Boolean(condition), "assert_implements", description, "is missing"),
  assert_implements_optional: (condition, description) => {
    if (!condition) throw new OptionalFeatureUnsupportedError(`assert_implements_optional: ${description ?? ""}`);
  },
};

export const rejects = {
  promise_rejects_js: async (_, constructor, promise, description) =>
    checkJsError(
      "promise_rejects_js",
      constructor,
      await rejectionOf("promise_rejects_js", promise, description),
      description,
    ),
  promise_rejects_dom: async (_, type, promiseOrConstructor, ...rest) => {
    const [promise, description] = typeof promiseOrConstructor === "function" ? rest : [promiseOrConstructor, ...rest];
    checkDomError(
      "promise_rejects_dom",
      type,
      await rejectionOf("promise_rejects_dom", promise, description),
      description,
    );
  },
  promise_rejects_exactly: async (_, expected, promise, description) => {
    const error = await rejectionOf("promise_rejects_exactly", promise, description);
    check(
      Object.is(error, expected),
      "promise_rejects_exactly",
      description,
      `rejected with ${format(error)}, expected ${format(expected)}`,
    );
  },
};
