// META: script=../resources/missing.js
test(() => {}, "never runs");
