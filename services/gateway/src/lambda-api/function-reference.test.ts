import { parseFunctionReference } from "./function-reference.ts";

const ACCOUNT = "123456789012";
const REGION = "us-east-1";

test.each([
  ["hello", { name: "hello" }],
  ["hello:7", { name: "hello", qualifier: "7" }],
  ["hello:$LATEST", { name: "hello", qualifier: "$LATEST" }],
  [`${ACCOUNT}:function:hello`, { name: "hello", accountId: ACCOUNT }],
  [`${ACCOUNT}:function:hello:live`, { name: "hello", qualifier: "live", accountId: ACCOUNT }],
  ["function:hello", { name: "hello" }],
  [
    `arn:aws:lambda:${REGION}:${ACCOUNT}:function:hello:live`,
    { name: "hello", qualifier: "live", region: REGION, accountId: ACCOUNT },
  ],
  [`arn:aws-cn:lambda:cn-north-1:${ACCOUNT}:function:f`, { name: "f", region: "cn-north-1", accountId: ACCOUNT }],
  [`arn:aws:lambda:us-gov-west-1:${ACCOUNT}:function:f`, { name: "f", region: "us-gov-west-1", accountId: ACCOUNT }],
])("%s names a function", (text, parts) => {
  const nothing = { qualifier: undefined, region: undefined, accountId: undefined };
  expect(parseFunctionReference(text)).toEqual({ ...nothing, ...parts });
});

test.each(["", ":", "a b", "hello:", "a:b:c", "hello/7", "hello:$OTHER", "arn:aws:s3:::bucket/key", "a".repeat(401)])(
  "%j names none",
  (text) => {
    expect(parseFunctionReference(text)).toBeUndefined();
  },
);
