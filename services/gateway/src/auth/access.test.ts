import { presetPolicy } from "@sluice/core";
import { principalArn, refuseAccess } from "./access.ts";
import { accessKey } from "./sigv4/testing/signed-request.ts";

const PLACE = { region: "us-east-1", accountId: "000000000000" };
const WEB = "arn:aws:lambda:us-east-1:000000000000:function:web";

test("a key is a user of the account, in its tenant's path, and its name cannot forge another's", () => {
  expect(principalArn(accessKey({ name: "ci" }), PLACE)).toBe("arn:aws:iam::000000000000:user/ci");
  expect(principalArn(accessKey({ name: "" }), PLACE)).toBe("arn:aws:iam::000000000000:user/AKIDEXAMPLE");
  expect(principalArn(accessKey({ tenant: "acme", name: "first key" }), PLACE)).toBe(
    "arn:aws:iam::000000000000:user/acme/first-key",
  );
  expect(principalArn(accessKey({ name: "../acme/x\n" }), PLACE)).toBe("arn:aws:iam::000000000000:user/..-acme-x-");
});

test("a refusal reads as AWS's", () => {
  const key = accessKey({ name: "ci", policies: presetPolicy("read") });
  expect(refuseAccess(key, "lambda:GetFunction", WEB, PLACE)).toBeUndefined();
  expect(refuseAccess(key, "lambda:InvokeFunction", WEB, PLACE)).toEqual({
    status: 403,
    code: "AccessDeniedException",
    message:
      "User: arn:aws:iam::000000000000:user/ci is not authorized to perform: lambda:InvokeFunction on resource: " +
      `${WEB} because no identity-based policy allows the lambda:InvokeFunction action`,
  });
  const denied = accessKey({
    policies: [...presetPolicy("admin"), { effect: "Deny", actions: ["*"], resources: [WEB] }],
  });
  expect(refuseAccess(denied, "lambda:InvokeFunction", WEB, PLACE)?.message).toMatch(
    /with an explicit deny in an identity-based policy$/,
  );
});
