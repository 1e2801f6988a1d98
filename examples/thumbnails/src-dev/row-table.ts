import type { MadeRow } from "../src/photo-rows.ts";

/** What was made of a photo, as lines of text. */
export function formatRow(row: MadeRow): string[] {
  const table = [
    ["object", "pixels", "bytes"],
    [`${row.bucket}/${row.key}`, `${row.width} x ${row.height}`, String(row.bytes)],
    ...row.thumbnails.map((thumbnail) => [
      `thumbnails/${thumbnail.key}`,
      `${thumbnail.width} x ${thumbnail.height}`,
      String(thumbnail.bytes),
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const stages = Object.entries(row.stagesMs).map(([stage, ms]) => `${stage} ${ms} ms`);
  return [
    ...table.map(([object = "", pixels = "", bytes = ""]) =>
      [object.padEnd(widths[0] ?? 0), pixels.padStart(widths[1] ?? 0), bytes.padStart(widths[2] ?? 0)].join("  "),
    ),
    `time: ${stages.join(", ")}`,
  ];
}
