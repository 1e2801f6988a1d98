import { md5OfAttributes } from "./message-attributes.ts";

test("the digest of attributes is that of AWS", () => {
  const one = { timestamp: { dataType: "Number", value: "1493147359900" } };
  expect(md5OfAttributes(one)).toBe("235c5c510d26fb653d073faed50ae77c");
  expect(md5OfAttributes({})).toBeUndefined();
});

test("the order in which attributes were given changes nothing, a binary value counts by its bytes", () => {
  const text = { dataType: "String", value: "AAH/" };
  const binary = { dataType: "Binary", value: "AAH/" };
  expect(md5OfAttributes({ a: text, b: binary })).toBe(md5OfAttributes({ b: binary, a: text }));
  expect(md5OfAttributes({ a: text })).not.toBe(md5OfAttributes({ a: binary }));
});
