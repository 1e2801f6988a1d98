import { resourceArn } from "./resource-arn.ts";

const place = { region: "us-east-1", accountId: "000000000000" };
const PREFIX = "arn:aws:lambda:us-east-1:000000000000";
const OTHER = "arn:aws:lambda:eu-west-1:111111111111";

test.each([
  [{ FunctionName: "f" }, `${PREFIX}:function:f`],
  [{ FunctionName: "f:live" }, `${PREFIX}:function:f:live`],
  [{ FunctionName: "f", Qualifier: "7" }, `${PREFIX}:function:f:7`],
  [{ FunctionName: "f", Qualifier: "$LATEST" }, `${PREFIX}:function:f`],
  [{ FunctionName: `${OTHER}:function:f` }, `${OTHER}:function:f`],
  [{ FunctionName: "111111111111:function:f" }, "arn:aws:lambda:us-east-1:111111111111:function:f"],
  [{ LayerName: "l" }, `${PREFIX}:layer:l`],
  [{ LayerName: "l", VersionNumber: "3" }, `${PREFIX}:layer:l:3`],
  [{ LayerName: `${OTHER}:layer:l` }, `${OTHER}:layer:l`],
  [{ UUID: "u" }, `${PREFIX}:event-source-mapping:u`],
  [{ CapacityProviderName: "c" }, `${PREFIX}:capacity-provider:c`],
  [{ Resource: `${OTHER}:function:f` }, `${OTHER}:function:f`],
  [{ Marker: "m" }, "*"],
])("%j is about %s", (input, arn) => {
  expect(resourceArn(place, input)).toBe(arn);
});

test("the qualifier may stand in the query", () => {
  const query = new URLSearchParams("Qualifier=live");
  expect(resourceArn(place, { FunctionName: "f" }, query)).toBe(`${PREFIX}:function:f:live`);
});
