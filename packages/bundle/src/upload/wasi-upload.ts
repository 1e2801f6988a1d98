import type { ArchiveFile } from "../archive/read-archive.ts";
import { type UploadFault, uploadFault } from "../archive/upload-fault.ts";
import { wasiFault } from "../wasi-program.ts";

type WasiUpload =
  | { readonly ok: true; readonly program: Uint8Array }
  | { readonly ok: false; readonly fault: UploadFault };

const BUILD =
  "compile it for wasm32-wasip1 (Rust: --target wasm32-wasip1; Go: GOOS=wasip1 GOARCH=wasm; C: clang --target=wasm32-wasi) " +
  "and upload the result as 'bootstrap'";

/** The program of an archive for `provided.al2023`: a custom runtime's machine code cannot run here, a WASI program can. */
export async function wasiUpload(files: ReadonlyMap<string, ArchiveFile>, handler: string): Promise<WasiUpload> {
  const names = ["bootstrap", "bootstrap.wasm", `${handler}.wasm`, handler];
  const name = names.find((one) => files.has(one));
  if (name === undefined) {
    const message = `The archive has no 'bootstrap', 'bootstrap.wasm' or '${handler}.wasm': ${BUILD}.`;
    return { ok: false, fault: uploadFault(message) };
  }
  const program = (await files.get(name)?.read()) ?? new Uint8Array(0);
  const found = kindOf(program);
  if (found !== undefined) {
    const message = `'${name}' is ${found}, which cannot run here: ${BUILD}.`;
    return { ok: false, fault: uploadFault(message) };
  }
  const fault = wasiFault(Buffer.from(program.buffer, program.byteOffset, program.byteLength));
  return fault === undefined ? { ok: true, program } : { ok: false, fault: uploadFault(`'${name}' ${fault}.`) };
}

function kindOf(program: Uint8Array): string | undefined {
  const start = Buffer.from(program.subarray(0, 4)).toString("latin1");
  if (start === "\x7fELF") return "machine code (an ELF program)";
  return start.startsWith("#!") ? "a script" : undefined;
}
