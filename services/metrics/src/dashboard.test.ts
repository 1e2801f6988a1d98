import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { METRICS } from "./metric-table.ts";
import { readText, readYaml } from "./testing/infra-files.ts";
import { faultsOf, seriesUses } from "./testing/promql.ts";

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string; readonly refId: string }[];
}

const dashboard = JSON.parse(readText("infra/grafana/dashboards/sluice.json")) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== "row");

/** As Prometheus gets it, once Grafana has put in the variables. */
function filledIn(expr: string): string {
  return expr.replaceAll(/\$__(rate_interval|range)/g, "5m").replaceAll(/\$(tenant|function)/g, ".*");
}

const expressions = panels.flatMap(({ title, targets = [] }) =>
  targets.map((target) => ({ title, ...target, expr: filledIn(target.expr) })),
);

describe("dashboard", () => {
  test("reads only series and labels that the metrics service exports", () => {
    expect(expressions.length).toBeGreaterThan(30);
    expect(expressions.flatMap(({ title, expr }) => faultsOf(expr).map((fault) => `${title}: ${fault}`))).toEqual([]);
  });

  test("names in its legends only labels that the expression keeps", () => {
    for (const { title, expr, legendFormat } of expressions) {
      const used = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? "");
      const kept = new Set([...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list?.split(", ") ?? []));
      expect([title, used.filter((name) => !kept.has(name))]).toEqual([title, []]);
    }
  });

  test("shows every metric of the service", () => {
    const shown = new Set(
      expressions.flatMap(({ expr }) =>
        seriesUses(expr).map(({ series }) => series.replace(/_(bucket|sum|count)$/, "")),
      ),
    );
    expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  });

  test("lets one choose the data source, the tenant and the function, by series that exist", () => {
    const { list } = dashboard.templating;
    expect(list.map(({ name }) => name)).toEqual(["datasource", "tenant", "function"]);
    for (const { definition } of list.slice(1)) {
      const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? "") ?? [];
      expect(faultsOf(`sum by (${label}) (${filledIn(selector)})`)).toEqual([]);
    }
    for (const { title, datasource } of panels) expect([title, datasource?.uid]).toEqual([title, "${datasource}"]);
  });

  test("has panels of different ids that do not overlap", () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  test("has expressions that promtool accepts where there is one", () => {
    expect(new Set(expressions.map(({ title, refId }) => `${title} ${refId}`)).size).toBe(expressions.length);
    if (spawnSync("promtool", ["--version"]).error !== undefined) return;
    const folder = mkdtempSync(join(tmpdir(), "sluice-dashboard-"));
    try {
      const file = join(folder, "rules.yml");
      const rules = expressions.map(({ expr }, index) => ({ record: `panel:expression_${index}`, expr }));
      writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      const { status, stderr } = spawnSync("promtool", ["check", "rules", file], { encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("Grafana's provisioning", () => {
  test("points at Prometheus and at the folder where compose puts the dashboard", () => {
    const sources = readYaml("infra/grafana/provisioning/datasources/prometheus.yml") as {
      datasources: readonly { type: string; url: string }[];
    };
    expect(sources.datasources).toEqual([
      expect.objectContaining({ type: "prometheus", url: "http://prometheus:9090" }),
    ]);
    const { providers } = readYaml("infra/grafana/provisioning/dashboards/sluice.yml") as {
      providers: readonly { options: { path: string } }[];
    };
    expect(providers.map(({ options }) => options.path)).toEqual(["/var/lib/grafana/dashboards"]);
  });
});
