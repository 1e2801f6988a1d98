/** Tests live beside what they test (`*.test.ts`); what crosses services lives under `test/`. */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/packages", "<rootDir>/services", "<rootDir>/test", "<rootDir>/examples"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "es6" }, sourceMaps: "inline" },
    ],
  },
  maxWorkers: 2,
  // Patience, not an expectation: the suite starts many processes, and a small machine has few cores for them.
  testTimeout: 120_000,
};
