import {
  ADMIN_POLICY,
  decideAccess,
  isAdmin,
  isAllowed,
  matchesWildcard,
  type PolicyStatement,
  presetPolicy,
} from "./access-policy.ts";

const arn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const allow = (actions: readonly string[], resources: readonly string[] = ["*"]): PolicyStatement => ({
  effect: "Allow",
  actions,
  resources,
});

test.each([
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["*", "anything", true],
  ["?", "", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["a*c", "ac", true],
  ["a*c*", "abcabd", true],
  ["a*bc", "abcbcb", false],
  ["a*bc", "abcbc", true],
  ["**a**", "bab", true],
  [".*", "abc", false],
  ["a[bc]", "ab", false],
])("pattern '%s' and '%s': %s", (pattern, text, expected) => {
  expect(matchesWildcard(pattern, text)).toBe(expected);
});

test("a hostile pattern takes no longer than pattern times text", () => {
  const start = performance.now();
  expect(matchesWildcard(`${"*a".repeat(120)}*b`, "a".repeat(10_000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(500);
});

test("nothing is allowed unless a statement allows both the action and the resource", () => {
  const policies = [allow(["lambda:Invoke*"], [arn("thumb*")])];
  expect(isAllowed([], "lambda:InvokeFunction", arn("thumbs"))).toBe(false);
  expect(isAllowed(policies, "lambda:InvokeFunction", arn("thumbs"))).toBe(true);
  expect(isAllowed(policies, "LAMBDA:invokefunction", arn("thumbs"))).toBe(true);
  expect(isAllowed(policies, "lambda:InvokeFunction", arn("Thumbs"))).toBe(false);
  expect(isAllowed(policies, "lambda:DeleteFunction", arn("thumbs"))).toBe(false);
  expect(isAllowed(policies, "lambda:InvokeFunction", "*")).toBe(false);
});

test("a statement that denies wins, wherever it stands", () => {
  const deny: PolicyStatement = { effect: "Deny", actions: ["*"], resources: [arn("secret")] };
  for (const policies of [
    [deny, ...ADMIN_POLICY],
    [...ADMIN_POLICY, deny],
  ]) {
    expect(decideAccess(policies, "lambda:GetFunction", arn("secret"))).toBe("denied");
    expect(decideAccess(policies, "lambda:GetFunction", arn("open"))).toBe("allowed");
  }
  expect(decideAccess([deny], "lambda:GetFunction", arn("open"))).toBe("not-allowed");
});

test.each([
  ["admin", ["iam:CreateAccessKey", "lambda:DeleteFunction", "lambda:InvokeFunction"], []],
  [
    "deploy",
    ["lambda:DeleteFunction", "lambda:InvokeFunction", "sluice:ReadLogs"],
    ["iam:CreateAccessKey", "organizations:CreateAccount"],
  ],
  ["invoke", ["lambda:InvokeFunction", "sluice:GetInvocation"], ["lambda:GetFunction", "sluice:ReadLogs"]],
  [
    "read",
    ["lambda:GetFunction", "lambda:ListFunctions", "sluice:GetQueue"],
    ["lambda:InvokeFunction", "lambda:UpdateFunctionCode", "iam:ListAccessKeys", "organizations:ListAccounts"],
  ],
] as const)("the preset '%s' allows %j and not %j", (preset, allowed, refused) => {
  const policies = presetPolicy(preset);
  const may = (action: string): boolean => isAllowed(policies, action, arn("f"));
  expect(allowed.filter((action) => !may(action))).toEqual([]);
  expect(refused.filter(may)).toEqual([]);
});

test.each(["admin", "deploy", "invoke", "read"] as const)("'%s' limited to functions reaches those only", (preset) => {
  const policies = presetPolicy(preset, ["thumb*", "web"]);
  const action = preset === "read" ? "lambda:GetFunction" : "lambda:InvokeFunction";
  const reached = ["thumb", "thumbs", "thumbs:3", "web", "web:live", "webs", "a-thumb"].filter((name) =>
    isAllowed(policies, action, arn(name)),
  );
  expect(reached).toEqual(["thumb", "thumbs", "thumbs:3", "web", "web:live"]);
  expect(isAllowed(policies, "lambda:ListFunctions", "*")).toBe(false);
  expect(isAllowed(policies, "iam:CreateAccessKey", arn("web"))).toBe(false);
  expect(isAdmin(policies)).toBe(false);
});

test("an administrator is who is allowed everything and denied nothing", () => {
  expect(isAdmin(ADMIN_POLICY)).toBe(true);
  expect(isAdmin([])).toBe(false);
  expect(isAdmin(presetPolicy("deploy"))).toBe(false);
  expect(isAdmin([allow(["*"], [arn("*")])])).toBe(false);
  expect(isAdmin([...ADMIN_POLICY, { effect: "Deny", actions: ["iam:*"], resources: ["*"] }])).toBe(false);
});
