/** A small function, different for each number. */
export function smallCode(number: number): string {
  return `exports.handler = async ({ name }) => ({ greeting: "Hello, " + name, number: ${number} });`;
}

const RULES = 385;

/** One of some 50 KB: a table of 385 small functions, made when the module is loaded, half of them called then. */
export function largeCode(number: number): string {
  const rules = Array.from({ length: RULES }, (_, index) => {
    const text = `rule ${number}-${index} of a table that stands for a library`;
    return `rules[${index}] = { name: ${JSON.stringify(text)}, apply: (value) => value * ${index + 1} + ${number}, keys: ["k${index}", "v${index}"] };`;
  });
  return `const rules = [];
${rules.join("\n")}
let sum = 0;
for (let index = 0; index < rules.length; index += 2) sum += rules[index].apply(index);
exports.handler = async ({ name }) => ({ greeting: "Hello, " + name, rules: rules.length, sum });
`;
}
