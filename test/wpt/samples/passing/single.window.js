// META: title=One test for the whole file
setup({ single_test: true });

const { port1, port2 } = new MessageChannel();
port2.onmessage = ({ data }) => {
  assert_equals(data, "hello");
  done();
};
port1.postMessage("hello");
