// META: title=Every kind of test
// META: script=../resources/double.js
// META: script=/resources/double.js

test(() => assert_equals(double(2), 4), "a script of its own");

test(() => {
  assert_true(self === globalThis && GLOBAL.isWorker());
  assert_array_equals([1, 2], new Uint8Array([1, 2]));
  assert_object_equals({ a: { b: 1 } }, { a: { b: 1 } });
  assert_throws_js(TypeError, () => new URL("nonsense"));
  assert_throws_dom("InvalidCharacterError", () => atob("*"));
  assert_throws_dom("DataCloneError", () => structuredClone(() => {}));
  assert_throws_exactly(1, () => {
    throw 1;
  });
  assert_class_string(new Blob(), "Blob");
  assert_readonly(new Event("x"), "type");
}, "assertions that hold");

async_test((t) => {
  setTimeout(
    t.step_func_done(() => assert_true(true)),
    1,
  );
}, "a test that ends later");

let order = "";
promise_test(async (t) => {
  t.add_cleanup(() => {
    order += "c";
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  order += "1";
}, "a promise");

promise_test(async (t) => {
  assert_equals(order, "1c");
  await promise_rejects_js(t, TypeError, Promise.reject(new TypeError()));
  await promise_rejects_dom(
    t,
    "AbortError",
    new Response(null).text().then(() => AbortSignal.abort().throwIfAborted()),
  );
}, "promise tests run one after the other, with their cleanup");
