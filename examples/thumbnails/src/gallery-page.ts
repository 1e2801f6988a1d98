import type { MadeRow, PhotoRow, RejectedRow } from "./photo-rows.ts";

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1c2733; }
  ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.5rem; padding: 0; }
  li { list-style: none; border: 1px solid #d6dde4; border-radius: 8px; padding: 1rem; overflow-wrap: anywhere; }
  img { display: block; max-width: 100%; margin-bottom: .75rem; border-radius: 4px; }
  small { color: #5a6875; }
  @media (prefers-color-scheme: dark) { body { background: #12181e; color: #e4eaf0; } li { border-color: #34404b; } small { color: #9aa8b5; } }
`;

export function renderGallery(rows: readonly PhotoRow[]): string {
  const items = rows.map((row) => (row.status === "made" ? renderMade(row) : renderRejected(row))).join("\n");
  const body = rows.length === 0 ? "<p>No photo was uploaded yet.</p>" : `<ul>\n${items}\n</ul>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Thumbnails</title><style>${STYLE}</style></head>
<body><h1>Thumbnails</h1>
${body}
</body></html>`;
}

function renderMade(row: MadeRow): string {
  const [large, small] = row.thumbnails;
  const total = Object.values(row.stagesMs).reduce((sum, ms) => sum + ms, 0);
  const picture = large === undefined ? "" : renderPicture(large.key, large.width, large.height, row.key);
  const link = small === undefined ? "" : ` · <a href="${toAddress(small.key)}">${small.width}×${small.height}</a>`;
  return `<li>${picture}<strong>${escapeHtml(row.key)}</strong>${link}<br>
<small>${row.width}×${row.height}, ${row.bytes} bytes, ${total} ms, ${escapeHtml(row.processedAt)}</small></li>`;
}

function renderRejected(row: RejectedRow): string {
  return `<li><strong>${escapeHtml(row.key)}</strong><br><small>No thumbnails: ${escapeHtml(row.reason)}</small></li>`;
}

function renderPicture(key: string, width: number, height: number, photo: string): string {
  return `<img src="${toAddress(key)}" width="${width}" height="${height}" alt="${escapeHtml(photo)}">`;
}

/** Relative, so that it holds wherever the function is served. */
function toAddress(key: string): string {
  return `?thumbnail=${encodeURIComponent(key)}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
