import { existsSync, globSync } from "node:fs";
import { join, normalize } from "node:path";
import { readText, readYaml, ROOT } from "./testing/infra-files.ts";

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly deploy?: { readonly replicas: number };
}

const FOLDER = "infra/docker";
const OURS = ["gateway", "worker", "metrics"] as const;
const compose = readYaml(`${FOLDER}/compose.yaml`) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const { scripts } = JSON.parse(readText("package.json")) as { readonly scripts: Readonly<Record<string, string>> };

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return found;
}

describe("compose file", () => {
  test("runs the platform beside Redis, Prometheus and Grafana, each with a health check", () => {
    expect(Object.keys(compose.services).toSorted()).toEqual([...OURS, "grafana", "prometheus", "redis"].toSorted());
    for (const [name, { healthcheck }] of Object.entries(compose.services)) {
      expect([name, healthcheck?.test[0]]).toEqual([name, "CMD"]);
    }
    expect(service("worker").deploy?.replicas).toBeGreaterThan(1);
  });

  test.each(OURS)("starts the %s by the command of its npm script", (name) => {
    expect(service(name).command?.join(" ")).toBe(scripts[name]);
    expect(service(name).build).toEqual({ context: "../..", dockerfile: "infra/docker/Dockerfile" });
  });

  test.each(OURS)("sets only settings that the %s reads", (name) => {
    const sources = globSync([`services/${name}/src/*.ts`, "packages/process/src/*.ts"], { cwd: ROOT });
    const text = sources
      .filter((path) => !path.endsWith(".test.ts"))
      .map(readText)
      .join("\n");
    const unknown = Object.keys(service(name).environment ?? {}).filter((key) => !text.includes(`"${key}"`));
    expect(unknown).toEqual([]);
    expect(service(name).environment?.["REDIS_URL"]).toBe("redis://redis:6379");
  });

  test("keeps Redis from evicting and its data on disk", () => {
    const command = service("redis").command?.join(" ");
    expect(command).toContain("--maxmemory-policy noeviction");
    expect(command).toContain("--appendonly yes");
    expect(service("redis").volumes).toEqual(["redis:/data"]);
  });

  test("opens every port to this machine only", () => {
    const ports = Object.values(compose.services).flatMap((each) => each.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  test("mounts only files that exist and volumes that it declares, and waits only for services that it has", () => {
    for (const [name, { volumes = [], depends_on: after = [] }] of Object.entries(compose.services)) {
      for (const volume of volumes) {
        const [source = ""] = volume.split(":");
        const there = source.startsWith(".") ? existsSync(join(ROOT, FOLDER, source)) : source in compose.volumes;
        expect([name, source, there]).toEqual([name, source, true]);
      }
      const others = Array.isArray(after) ? after : Object.keys(after);
      expect(others.filter((other: string) => !(other in compose.services))).toEqual([]);
    }
  });

  test("shows Prometheus the metrics service at the name and port that it has here", () => {
    const mounts = service("prometheus").volumes ?? [];
    expect(mounts).toContain("../prometheus/targets/compose.yml:/etc/prometheus/targets/metrics.yml:ro");
    const port = service("metrics").environment?.["SLUICE_METRICS_PORT"];
    expect(readYaml("infra/prometheus/targets/compose.yml")).toEqual([{ targets: [`metrics:${port}`] }]);
  });

  test("gives workers' sockets a place that the gateway sees under the same path", () => {
    const folder = service("worker").environment?.["SLUICE_DATA_DIR"];
    expect(service("worker").volumes).toEqual([`lanes:${folder}`]);
    expect(service("gateway").volumes).toContain(`lanes:${folder}`);
  });
});

describe("Dockerfile", () => {
  const lines = readText(`${FOLDER}/Dockerfile`)
    .split("\n")
    .filter((line) => /^[A-Z]+ /.test(line));

  test("copies only what exists and is not left out of the build", () => {
    const ignored = readText(`${FOLDER}/Dockerfile.dockerignore`).split("\n").filter(Boolean);
    const copied = lines
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from"))
      .map((line) => normalize(line.split(" ")[1] ?? ""));
    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)) || ignored.includes(path))).toEqual([]);
  });

  test("holds every workspace that the root package names", () => {
    const { workspaces } = JSON.parse(readText("package.json")) as { readonly workspaces: readonly string[] };
    // The packages of the tests are no part of the product.
    const folders = workspaces.map((pattern) => pattern.split("/")[0]).filter((folder) => folder !== "test");
    expect(lines.filter((line) => folders.some((folder) => line === `COPY ${folder} ${folder}`))).toHaveLength(
      folders.length,
    );
  });

  test("installs no development packages, runs on the Node that the platform needs and not as root", () => {
    const { devDependencies } = JSON.parse(readText("package.json")) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const bases = lines.filter((line) => line.startsWith("FROM ")).map((line) => line.split(" ")[1]);
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies["node"]}-slim`]));
    expect(lines).toContain("RUN npm ci --omit=dev");
    expect(lines.filter((line) => line.startsWith("USER "))).toEqual(["USER node"]);
    const start = lines.find((line) => line.startsWith("CMD "))?.slice(4) ?? "";
    expect((JSON.parse(start) as readonly string[]).join(" ")).toBe(scripts["gateway"]);
  });
});
