/** Put in by the bundler: the Node release that the platform runs on. */
declare const __NODE_VERSIONS__: string;

const [version = "", v8 = "", arch = ""] = __NODE_VERSIONS__.split(" ");

/** What never changes of the process that a function sees: Lambda's paths, and ids of nobody in particular. */
export const processFacts = {
  title: "node",
  platform: "linux",
  arch,
  version,
  versions: { node: version.slice(1), v8, modules: "137", sluice: "0.1.0" },
  release: { name: "node", lts: "Krypton" },
  features: {
    inspector: false,
    debug: false,
    uv: false,
    ipv6: true,
    tls_alpn: true,
    tls_sni: true,
    tls_ocsp: true,
    tls: true,
    cached_builtins: true,
    require_module: false,
    typescript: false,
  },
  argv: ["/var/lang/bin/node", "/var/task/index.js"],
  argv0: "node",
  execArgv: [] as string[],
  execPath: "/var/lang/bin/node",
  config: { target_defaults: {}, variables: {} },
  pid: 1,
  ppid: 0,
  debugPort: 9229,
  allowedNodeEnvironmentFlags: new Set<string>(),
  report: undefined,
  cwd: (): string => "/var/task",
  umask: (): number => 0o022,
  getuid: (): number => 993,
  geteuid: (): number => 993,
  getgid: (): number => 990,
  getegid: (): number => 990,
  getgroups: (): number[] => [990],
  getActiveResourcesInfo: (): string[] => [],
  hasUncaughtExceptionCaptureCallback: (): boolean => false,
  setSourceMapsEnabled: (): void => undefined,
  setUncaughtExceptionCaptureCallback: (): void => undefined,
};
