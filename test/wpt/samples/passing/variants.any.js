// META: variant=?one
// META: variant=?two

test(() => assert_in_array(location.search, ["?one", "?two"]), `the variant ${location.search}`);

test(() => {
  assert_implements_optional(typeof SharedArrayBuffer === "function", "shared memory");
}, "what need not be there");
