import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS, type Runtime } from "@sluice/core";
import { ARCHIVE_LIMITS, type ArchiveFile, readArchive } from "../archive/read-archive.ts";
import { type UploadFault, uploadFault } from "../archive/upload-fault.ts";
import { asyncContextUse, keepContextOfReturned } from "../async-lowering.ts";
import { nativeImports } from "../native-code.ts";
import { refusedImports } from "../refused-imports.ts";
import { toAsyncFactory } from "../top-level-await.ts";
import { ArchiveModules, ENTRY, pathOf } from "./archive-plugin.ts";
import { HANDLER_EXPORT, loaderSource } from "./entry-source.ts";
import { FileTree } from "./file-tree.ts";
import { parseHandler } from "./handler-name.ts";
import { NodeResolver, nodePath } from "./node-resolver.ts";
import { type BuildOutcome, PackageBuild, readable } from "./package-build.ts";
import { PROVIDED_NAMES, providedPackages } from "./provided-packages.ts";
import { CUSTOM_RUNTIME, nodeMajorOf, runtimeFault, type UploadRuntime } from "./runtime-name.ts";
import type { UploadSource } from "./upload-digest.ts";
import { UPLOAD_LIMITS } from "./upload-limits.ts";
import { wasiUpload } from "./wasi-upload.ts";

export interface UploadRequest extends UploadSource {
  /** As Lambda has it: `dist/index.handler`. */
  readonly handler: string;
  /** Of the function's configuration; only warnings depend on it. */
  readonly memoryMb?: number;
}

export interface UploadBundle {
  readonly ok: true;
  readonly code: Uint8Array;
  /** JSON; null: there is none, or it would be too large. */
  readonly sourceMap: Uint8Array | null;
  readonly runtime: Runtime;
  /** For `FunctionConfig.handler`. */
  readonly handler: string;
  readonly warnings: readonly string[];
}

export type UploadResult = UploadBundle | { readonly ok: false; readonly fault: UploadFault };

/**
 * An archive and its layers as one bundle, of the form that `sluice deploy` makes. What Lambda would find out when the
 * function starts, the bundle says when it starts, in the same words; what can never run here is refused.
 */
export async function bundleUpload(request: UploadRequest): Promise<UploadResult> {
  const unknown = runtimeFault(request.runtime);
  if (unknown !== undefined) return { ok: false, fault: unknown };
  const read = await readAll(request);
  if (!read.ok) return read;
  const [task = new Map<string, ArchiveFile>(), ...layers] = read.archives;
  if (request.runtime === CUSTOM_RUNTIME) return bundleProgram(task, request.handler);
  return bundleModules(new FileTree(task, layers, await providedPackages()), request);
}

type Archives =
  | { readonly ok: true; readonly archives: readonly ReadonlyMap<string, ArchiveFile>[] }
  | { readonly ok: false; readonly fault: UploadFault };

/** Lambda counts what the function and its layers unzip to together. */
async function readAll({ archive, layers }: UploadRequest): Promise<Archives> {
  const { layersMax } = UPLOAD_LIMITS;
  if (layers.length > layersMax) {
    return { ok: false, fault: uploadFault(`A function can have ${layersMax} layers; this one has ${layers.length}.`) };
  }
  const { unzippedBytesMax } = ARCHIVE_LIMITS;
  let left = unzippedBytesMax;
  const archives: ReadonlyMap<string, ArchiveFile>[] = [];
  for (const bytes of [archive, ...layers]) {
    const result = await readArchive(bytes, { ...ARCHIVE_LIMITS, unzippedBytesMax: left });
    if (!result.ok) {
      const message = result.fault.message.replace(
        /^Unzipped size.*/,
        `Unzipped size must be smaller than ${unzippedBytesMax} bytes`,
      );
      return { ok: false, fault: { ...result.fault, message } };
    }
    left -= result.unzippedBytes;
    archives.push(result.files);
  }
  return { ok: true, archives };
}

async function bundleProgram(files: ReadonlyMap<string, ArchiveFile>, handler: string): Promise<UploadResult> {
  const result = await wasiUpload(files, handler);
  if (!result.ok) return result;
  return { ok: true, code: result.program, sourceMap: null, runtime: "wasi", handler: HANDLER_EXPORT, warnings: [] };
}

async function bundleModules(tree: FileTree, request: UploadRequest): Promise<UploadResult> {
  const loader = await loaderSource();
  const name = parseHandler(request.handler);
  if ("malformed" in name) {
    const code = Buffer.from(`${loader}\n__sluice_package.malformedHandler(${JSON.stringify(name.malformed)});\n`);
    return { ok: true, code, sourceMap: null, runtime: "javascript", handler: HANDLER_EXPORT, warnings: [] };
  }
  const nodeMajor = nodeMajorOf(request.runtime as UploadRuntime);
  const resolver = new NodeResolver(tree, nodeMajor);
  const path = await resolver.handlerModule(name.module);
  const modules = new ArchiveModules(tree, resolver);
  const entry = { handler: request.handler, ...name, path, nodePath: nodePath(nodeMajor) };
  const folder = await mkdtemp(join(tmpdir(), "sluice-bundle-"));
  try {
    const inputs = { tree, resolver, modules, loader, entry, folder };
    const outcome = await new PackageBuild(inputs, Date.now() + UPLOAD_LIMITS.bundleTimeoutMs).run();
    return outcome.ok ? finished(outcome, modules, request) : outcome;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function finished(
  outcome: Extract<BuildOutcome, { ok: true }>,
  modules: ArchiveModules,
  request: UploadRequest,
): UploadResult {
  const { built, form, lowered } = outcome;
  const text = built.outputFiles.find(({ path }) => path.endsWith(".js"))?.text ?? "";
  const map = built.outputFiles.find(({ path }) => path.endsWith(".js.map"))?.contents;
  const code = new TextEncoder().encode(
    form === "esm" ? toAsyncFactory(text) : lowered ? keepContextOfReturned(text) : text,
  );
  if (code.length > LIMITS.codeBytesMax) {
    const message = `The code is ${code.length} bytes when bundled; at most ${LIMITS.codeBytesMax} are taken.`;
    return { ok: false, fault: uploadFault(message) };
  }
  const warnings = warningsOf(outcome, modules, code.length, request);
  const sourceMap = map === undefined ? null : placed(map);
  return { ok: true, code, sourceMap, runtime: "javascript", handler: HANDLER_EXPORT, warnings };
}

/** Traces name files by where Lambda has them. */
function placed(map: Uint8Array): Uint8Array | null {
  if (map.length > LIMITS.sourceMapBytesMax) return null;
  const json = JSON.parse(new TextDecoder().decode(map)) as { readonly sources: readonly string[] };
  const sources = json.sources.map((source) =>
    source.startsWith(`${ENTRY}:`) ? "/var/runtime/index.mjs" : pathOf(source),
  );
  return new TextEncoder().encode(JSON.stringify({ ...json, sources }));
}

function warningsOf(
  { built, form, entry }: Extract<BuildOutcome, { ok: true }>,
  modules: ArchiveModules,
  codeBytes: number,
  { memoryMb }: UploadRequest,
): string[] {
  const { metafile } = built;
  const native = nativeImports(metafile);
  const warnings = [
    ...refusedImports(metafile),
    ...[...native.faults, ...native.warnings].map(({ message }) => message),
  ];
  if (form === "esm" && asyncContextUse(metafile) !== undefined) {
    warnings.push("awaits at its top level, so that AsyncLocalStorage loses its store at each await");
  }
  const sdk = [...modules.absent].filter((name) => name.startsWith("@aws-sdk/") || name === "aws-sdk").sort();
  if (sdk.length > 0) {
    warnings.push(
      `imports ${sdk.join(", ")}, which Lambda's runtime brings along; here the archive or a layer has to: ` +
        `of the AWS SDK, ${PROVIDED_NAMES.map((name) => name.replace("@aws-sdk/", "")).join(", ")} are provided`,
    );
  }
  const { onDemand, data } = entry;
  if (onDemand.left > 0) {
    warnings.push(`has ${onDemand.left} more modules than a computed require can find here; bundle the function`);
  }
  if (data.left > 0) warnings.push(`has ${data.left} files that are too large to be read with node:fs here`);
  if (memoryMb !== undefined && codeBytes > (memoryMb * 1024 * 1024) / 8) {
    warnings.push(`is ${codeBytes} bytes when bundled, much of its ${memoryMb} MB of memory; give it more`);
  }
  return warnings.map(readable);
}
