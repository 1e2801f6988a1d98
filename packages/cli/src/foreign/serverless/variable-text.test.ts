import { parseVariables } from "./variable-text.ts";

test.each([
  ["plain", [{ text: "plain" }]],
  [
    "a-${opt:stage, 'dev'}-b",
    [{ text: "a-" }, { variable: "${opt:stage, 'dev'}", sources: ["opt:stage", "'dev'"] }, { text: "-b" }],
  ],
  ["${self:a.${sls:stage}}", [{ variable: "${self:a.${sls:stage}}", sources: ["self:a.${sls:stage}"] }]],
  ["${env:A, 'x, }'}", [{ variable: "${env:A, 'x, }'}", sources: ["env:A", "'x, }'"] }]],
  ["${file(./a.yml, b):c, 1}", [{ variable: "${file(./a.yml, b):c, 1}", sources: ["file(./a.yml, b):c", "1"] }]],
  ["${AWS::Region}/${Bucket.Arn}", [{ text: "${AWS::Region}/${Bucket.Arn}" }]],
  ["${env:A", [{ text: "${env:A" }]],
])("%s is split into its parts", (text, parts) => {
  expect(parseVariables(text)).toEqual(parts);
});
