import { spawnSync } from "node:child_process";
import { readConfig } from "./config.ts";
import { readYaml, ROOT } from "./testing/infra-files.ts";
import { faultsOf, seriesUses } from "./testing/promql.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}

const FOLDER = "infra/prometheus";
const { groups } = readYaml(`${FOLDER}/rules.yml`) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
/** Why promtool refuses; empty when it accepts or is not installed. */
function refusal(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync("promtool", args, { cwd: ROOT, encoding: "utf8" });
  return status === 0 || error !== undefined ? "" : `${stdout}${stderr}`;
}

describe("alert rules", () => {
  test("read only series and labels that the metrics service exports", () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.flatMap(({ alert, expr }) => faultsOf(expr).map((fault) => `${alert}: ${fault}`))).toEqual([]);
  });

  test("say what happened, how bad it is and what to do, with labels that the alert carries", () => {
    for (const { alert, expr, labels, annotations } of rules) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(critical|warning)$/)]);
      expect(annotations.summary.length).toBeGreaterThan(10);
      expect(annotations.action.length).toBeGreaterThan(30);
      const used = [...`${annotations.summary}${annotations.action}`.matchAll(/\$labels\.(\w+)/g)].map(
        ([, name]) => name,
      );
      const carried = new Set(seriesUses(expr).flatMap((use) => [...use.labels]));
      expect([alert, used.filter((name) => !carried.has(name ?? ""))]).toEqual([alert, []]);
    }
  });

  test("fire when they should and not before", () => {
    const tested = JSON.stringify(readYaml(`${FOLDER}/rules.test.yml`));
    expect(rules.map(({ alert }) => alert).filter((alert) => !tested.includes(alert))).toEqual([]);
    expect(refusal("test", "rules", `${FOLDER}/rules.test.yml`)).toBe("");
  });
});

describe("Prometheus' configuration", () => {
  const config = readYaml(`${FOLDER}/prometheus.yml`) as {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly file_sd_configs: readonly { readonly files: readonly string[] }[];
    }[];
  };

  test("scrapes the metrics service under the job name that the rules know", () => {
    expect(config.rule_files).toEqual(["rules.yml"]);
    expect(config.scrape_configs.map((job) => job.job_name)).toEqual(["sluice-metrics"]);
    expect(rules.find(({ alert }) => alert === "SluiceMetricsDown")?.expr).toContain('job="sluice-metrics"');
  });

  test("finds the service of npm start at its default address", () => {
    const [file] = config.scrape_configs[0]?.file_sd_configs[0]?.files ?? [];
    const { host, port } = readConfig({ REDIS_URL: "redis://127.0.0.1" });
    expect(readYaml(`${FOLDER}/${file}`)).toEqual([{ targets: [`${host}:${port}`] }]);
  });

  test("is accepted by promtool where there is one", () => {
    expect(config.scrape_configs).toHaveLength(1);
    expect(refusal("check", "config", `${FOLDER}/prometheus.yml`)).toBe("");
  });
});

describe("the reader of expressions in these tests", () => {
  test("finds misspelt series, foreign labels and unknown functions", () => {
    expect(faultsOf("rate(faas_invocation_total[5m])")).toEqual(["faas_invocation_total is not exported"]);
    expect(faultsOf('faas_workers{tenant="a"}')).toEqual(["faas_workers has no label tenant"]);
    expect(faultsOf("sum by (le) (rate(faas_queue_wait_seconds_count[5m]))")).toEqual([
      "faas_queue_wait_seconds_count has no label le",
    ]);
    expect(faultsOf("faas_queue_wait_seconds > 1")).toEqual(["faas_queue_wait_seconds is not exported"]);
    expect(faultsOf("1 > 0")).toHaveLength(1);
    expect(() => faultsOf("ratee(faas_retries_total[5m])")).toThrow("unknown function ratee");
  });

  test("keeps the labels of a grouping to what it groups", () => {
    expect(faultsOf("sum by (tenant) (faas_queue_depth) / sum(faas_workers)")).toEqual([]);
    expect(faultsOf("sum by (tenant) (faas_queue_depth + faas_workers)")).toEqual(["faas_workers has no label tenant"]);
  });
});
