import { array, assert, property, record, string, uint8Array, integer } from "fast-check";
import { encodeFrame, type Frame, FrameError, FrameReader } from "./index.ts";

function readAll(chunks: readonly Buffer[], maxBytes = 1024): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(maxBytes);
  for (const chunk of chunks) reader.push(chunk, (frame) => frames.push({ ...frame, body: Buffer.from(frame.body) }));
  return frames;
}

describe("frames", () => {
  test("come back as they were written, however the stream is cut", () => {
    const written = [encodeFrame(1, 7, '{"a":"ä"}', "body ✓"), encodeFrame(2, 0xffffffff, "", Buffer.from([0, 255]))];
    const stream = Buffer.concat(written);
    for (let size = 1; size <= stream.length; size++) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
      const frames = readAll(chunks);
      expect(frames.map((frame) => [frame.type, frame.id, frame.head])).toEqual([
        [1, 7, '{"a":"ä"}'],
        [2, 0xffffffff, ""],
      ]);
      expect(frames[0]?.body.toString()).toBe("body ✓");
      expect(frames[1]?.body).toEqual(Buffer.from([0, 255]));
    }
  });

  test("a frame over the limit is refused from its length alone", () => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(2_000_000_000);
    expect(() => readAll([prefix])).toThrow(FrameError);
  });

  test("lengths that contradict each other are refused", () => {
    const frame = encodeFrame(1, 1, "head", "");
    frame.writeUInt32BE(500, 9);
    expect(() => readAll([frame])).toThrow("head of 500 bytes");
  });

  test("a length too small for a frame is refused", () => {
    expect(() => readAll([Buffer.from([0, 0, 0, 3, 1, 2, 3])])).toThrow(FrameError);
  });

  test("of any content survive any cutting of the stream", () => {
    const written = array(record({ id: integer({ min: 0, max: 2 ** 32 - 1 }), head: string(), body: uint8Array() }), {
      maxLength: 8,
    });
    assert(
      property(written, array(integer({ min: 1, max: 50 }), { minLength: 1 }), (frames, sizes) => {
        const stream = Buffer.concat(frames.map(({ id, head, body }) => encodeFrame(1, id, head, body)));
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(stream.subarray(at, (at += size)));
        }
        const read = readAll(chunks, 2 ** 20);
        expect(read.map(({ id, head, body }) => [id, head, [...body]])).toEqual(
          frames.map(({ id, head, body }) => [id, Buffer.from(head).toString(), [...body]]),
        );
      }),
    );
  });

  test("garbage is refused as a FrameError or waited on, and never kept beyond the limit", () => {
    assert(
      property(array(uint8Array({ maxLength: 200 }), { maxLength: 50 }), (chunks) => {
        let cut = 0;
        let fed = 0;
        const reader = new FrameReader(512);
        try {
          for (const chunk of chunks) {
            fed += chunk.length;
            reader.push(Buffer.from(chunk), (frame) => (cut += 13 + Buffer.byteLength(frame.head) + frame.body.length));
          }
        } catch (error) {
          if (error instanceof FrameError) return;
          throw error;
        }
        // What was fed and not cut is what the reader holds; heads that are no UTF-8 may count more than they were.
        expect(fed - cut).toBeLessThanOrEqual(516 + 200);
      }),
    );
  });
});
