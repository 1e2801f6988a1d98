import { bundleSource } from "./bundle.ts";
import { describePackage, PackageTrial } from "./package-trial.ts";

let packages: PackageTrial;
beforeAll(async () => {
  packages = await PackageTrial.start();
});
afterAll(() => packages.stop());

describe("sharp", () => {
  test("is refused at deploy, with the codecs to use instead", async () => {
    const source =
      'import sharp from "sharp"; export const handler = async () => (await sharp("a.jpg").toBuffer()).length;';
    await expect(bundleSource(source)).rejects.toThrow(/imports sharp .* native code and cannot run .*@jsquash\/jpeg/);
  });

  test("says so when it is loaded by a package that may do without it", async () => {
    const source = `
      export const handler = async () => {
        try { return require("sharp").name; } catch (error) { return [error.code, error.message]; }
      };`;
    expect(await packages.run(source)).toEqual([
      "ERR_SLUICE_UNAVAILABLE",
      expect.stringMatching(/^sharp is native code, which a Sluice function cannot run: use a WebAssembly codec/),
    ]);
  });
});

describePackage("@jsquash/jpeg", () => {
  test("encodes a picture and decodes it again, from compiled modules that the bundle holds", async () => {
    const source = `
      import decode, { init as initDecoder } from "@jsquash/jpeg/decode.js";
      import encode, { init as initEncoder } from "@jsquash/jpeg/encode.js";
      import decoder from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm";
      import encoder from "@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm";
      globalThis.ImageData ??= class { constructor(data, width, height) { Object.assign(this, { data, width, height }); } };
      await initDecoder(decoder, { locateFile: String });
      await initEncoder(encoder, { locateFile: String });
      export const handler = async ({ width, height }) => {
        const data = new Uint8ClampedArray(width * height * 4);
        for (let at = 0; at < data.length; at += 4) data.set([200, 40, 40, 255], at);
        const file = new Uint8Array(await encode({ data, width, height }, { quality: 90 }));
        const picture = await decode(file.buffer);
        return { start: [...file.subarray(0, 2)], smaller: file.length < data.length / 10, size: [picture.width, picture.height], pixel: [...picture.data.subarray(0, 4)] };
      };`;
    const result = (await packages.run(source, { width: 64, height: 48 })) as { pixel: number[] };
    expect(result).toMatchObject({ start: [0xff, 0xd8], smaller: true, size: [64, 48] });
    expect(result.pixel.map((value, at) => Math.abs(value - ([200, 40, 40, 255][at] ?? 0)) < 6)).toEqual(
      Array(4).fill(true),
    );
  });
});
