import type { Places } from "./report.ts";

/** What is printed when everything runs: where, and what to try next. */
export function readyText(places: Places, deployed: boolean): string {
  const { gateway, metrics, redis, dataDir } = places;
  const tries = deployed
    ? [
        ["call a function", `curl ${gateway}/fn/hello -d '{"name":"you"}'`],
        ["see what is deployed", "npx sluice list"],
        ["follow its log", "npx sluice logs hello --follow"],
        ["deploy your own", "npx sluice deploy"],
      ]
    : [
        ["see what is deployed", "npx sluice list"],
        ["deploy the examples", "npx sluice deploy examples"],
        ["deploy your own", "npx sluice deploy"],
      ];
  const rows = [
    ["gateway", gateway],
    ["metrics", metrics],
    ["Redis", redis],
    ["data", dataDir],
  ];
  return [
    "Sluice is ready",
    "",
    ...rows.map(([name = "", value]) => `  ${name.padEnd(9)}${value}`),
    "",
    "Try next:",
    ...tries.map(([what = "", command]) => `  ${what.padEnd(22)}${command}`),
    "",
    "Ctrl-C finishes what runs and stops everything.",
  ].join("\n");
}
