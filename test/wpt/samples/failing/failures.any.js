test(() => assert_equals(1, 2, "numbers"), "an assertion that does not hold");
test(() => {
  throw new RangeError("oh");
}, "an error");
test(() => assert_throws_js(TypeError, () => {}), "no error");
promise_test((t) => promise_rejects_dom(t, "AbortError", Promise.resolve(1)), "no rejection");
async_test((t) => t.step(() => assert_unreached("here")), "a step that fails");
test(() => {}, "one that passes");
