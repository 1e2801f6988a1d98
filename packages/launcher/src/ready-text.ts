import type { Places } from "./report.ts";

export interface ReadyTextOptions {
  /** The examples are there to be tried. */
  readonly deployed: boolean;
  /** The CLI finds the default folder by itself. */
  readonly defaultDataDir: boolean;
  /** That clients of AWS must name. */
  readonly region: string;
}

/** What is printed when everything runs: where, and what to try next. */
export function readyText(places: Places, { deployed, defaultDataDir, region }: ReadyTextOptions): string {
  const { gateway, metrics, redis, dataDir } = places;
  const tries = deployed
    ? [
        ["call a function", `curl ${gateway}/fn/hello -d '{"name":"you"}'`],
        ["see what is deployed", "npx sluice list"],
        ["follow its log", "npx sluice logs hello --follow"],
        ["write your own", "npx sluice init my-functions"],
      ]
    : [
        ["see what is deployed", "npx sluice list"],
        ["deploy the examples", "npx sluice deploy examples"],
        ["write your own", "npx sluice init my-functions"],
      ];
  const credentials = defaultDataDir ? ".sluice/credentials" : quote(`${dataDir}/credentials`);
  tries.push([
    "ask with the AWS CLI",
    `AWS_SHARED_CREDENTIALS_FILE=${credentials} aws --endpoint-url ${gateway} --region ${region} lambda list-functions`,
  ]);
  // The address lies in that folder too.
  if (!defaultDataDir) tries.unshift(["tell the CLI where", `export SLUICE_DATA_DIR=${quote(dataDir)}`]);
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

/** As a shell reads it back. */
function quote(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
